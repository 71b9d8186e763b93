// Many goroutines: channels, mutexes, loops that only a signal preempts.
package main

import (
	"fmt"
	"net"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

func main() {
	runtime.GOMAXPROCS(4)
	var wg sync.WaitGroup
	var total int64
	var mu sync.Mutex
	guarded := 0
	ch := make(chan int, 16)
	for i := 0; i < 20000; i++ {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			atomic.AddInt64(&total, int64(i))
			mu.Lock()
			guarded++
			mu.Unlock()
			if i%100 == 0 {
				runtime.Gosched()
			}
			ch <- i
		}(i)
	}
	sum := 0
	for i := 0; i < 20000; i++ {
		sum += <-ch
	}
	wg.Wait()
	fmt.Println(total, guarded, sum)

	// Loops without a call: only SIGURG stops them.
	var stop int32
	var spins [6]uint64
	var stats runtime.MemStats
	for i := range spins {
		wg.Add(1)
		go func(p *uint64) {
			defer wg.Done()
			for atomic.LoadInt32(&stop) == 0 {
				*p++
			}
		}(&spins[i])
	}
	for i := 0; i < 10; i++ {
		time.Sleep(time.Millisecond)
		runtime.ReadMemStats(&stats)
	}
	atomic.StoreInt32(&stop, 1)
	wg.Wait()
	fmt.Println("preempted")

	// A chain of goroutines.
	first := make(chan int)
	in := first
	for i := 0; i < 5000; i++ {
		out := make(chan int)
		go func(in, out chan int) { out <- 1 + <-in }(in, out)
		in = out
	}
	first <- 0
	fmt.Println(<-in)

	// The network poller.
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		fmt.Println(err)
		return
	}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				b := make([]byte, 64)
				for {
					n, err := c.Read(b)
					if err != nil {
						c.Close()
						return
					}
					c.Write(b[:n])
				}
			}()
		}
	}()
	var echoed int64
	for i := 0; i < 50; i++ {
		wg.Add(1)
		go func() {
			defer wg.Done()
			c, err := net.Dial("tcp", l.Addr().String())
			if err != nil {
				fmt.Println(err)
				return
			}
			defer c.Close()
			b := make([]byte, 64)
			for k := 0; k < 40; k++ {
				c.Write([]byte("ping"))
				n, _ := c.Read(b)
				atomic.AddInt64(&echoed, int64(n))
			}
		}()
	}
	wg.Wait()
	fmt.Println(echoed)
}
