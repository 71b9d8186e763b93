// Calls between Go and C, on many threads.
package main

/*
#include <stdlib.h>
#include <string.h>
static int add(int a, int b) { return a + b; }
static int length(const char *s) { return strlen(s); }
*/
import "C"

import (
	"fmt"
	"sync"
	"unsafe"
)

func main() {
	var wg sync.WaitGroup
	sums := make([]int, 20)
	for i := range sums {
		wg.Add(1)
		go func(i int) {
			defer wg.Done()
			s := C.CString("hello")
			defer C.free(unsafe.Pointer(s))
			for k := 0; k < 2000; k++ {
				sums[i] = int(C.add(C.int(sums[i]), C.int(k))) + int(C.length(s))
			}
		}(i)
	}
	wg.Wait()
	fmt.Println(sums)
}
