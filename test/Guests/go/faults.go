// Panics that come from signals, and deep stacks.
package main

import (
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
)

type box struct {
	pad  [100]byte
	n    int
	next *box
}

//go:noinline
func read(b *box) int { return b.next.n }

func try(f func() int) (n int, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = r.(error)
		}
	}()
	return f(), nil
}

func deep(n int) int {
	var pad [64]int
	pad[n%64] = n
	if n == 0 {
		return 0
	}
	return deep(n-1) + 1 + pad[(n+1)%64]
}

func main() {
	good, bad := &box{next: &box{n: 3}}, &box{}
	sum, failed := 0, 0
	for i := 0; i < 200000; i++ {
		b := good
		if i%100 == 0 {
			b = bad
		}
		n, err := try(func() int { return read(b) })
		sum += n
		if err != nil {
			failed++
		}
	}
	fmt.Println(sum, failed)
	_, err := try(func() int { return read(bad) })
	fmt.Println(err)
	zero := 0
	_, err = try(func() int { return 5 / zero })
	fmt.Println(err)
	_, err = try(func() int { return []int{1, 2}[zero+5] })
	fmt.Println(err)
	done := make(chan int)
	for i := 0; i < 8; i++ {
		go func() { done <- deep(100000) }()
	}
	total := 0
	for i := 0; i < 8; i++ {
		total += <-done
	}
	fmt.Println(total)
	debug.SetPanicOnFault(true)
	page, err := syscall.Mmap(-1, 0, 4096, syscall.PROT_NONE, syscall.MAP_ANON|syscall.MAP_PRIVATE)
	if err != nil {
		fmt.Println(err)
	}
	_, err = try(func() int { return int(page[7]) })
	fmt.Println(err)
	c := make(chan os.Signal, 10)
	signal.Notify(c, syscall.SIGUSR1)
	for i := 0; i < 100; i++ {
		syscall.Kill(os.Getpid(), syscall.SIGUSR1)
		<-c
	}
	fmt.Println("signals")
}
