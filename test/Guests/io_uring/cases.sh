# Files written and verified through io_uring.
fio_verify() {
  fio --name=verify --filename=data --size=16m --rw=randwrite --bs=4k --iodepth=16 \
    --verify=crc32c --verify_fatal=1 --output-format=terse --terse-version=3 "$@" |
    cut -d ';' -f 3,5,6
}
case_fio() { fio_verify --ioengine=io_uring; }
case_fio_polled() { fio_verify --ioengine=io_uring --sqthread_poll=1; }
case_fio_fixed() { fio_verify --ioengine=io_uring --fixedbufs=1 --registerfiles=1 --nonvectored=0; }
case_fio_aio() { fio_verify --ioengine=libaio; }
