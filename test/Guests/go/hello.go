package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"sort"
	"strings"
)

type item struct {
	Name  string
	Value float64
}

func main() {
	fmt.Println("Hello", strings.Join(os.Args[1:], ","), runtime.GOOS)
	items := []item{{"c", 3.25}, {"a", 1.0 / 3}, {"b", 2e100}}
	sort.Slice(items, func(i, j int) bool { return items[i].Name < items[j].Name })
	text, err := json.Marshal(items)
	fmt.Println(string(text), err)
	out, err := exec.Command("/bin/bash", "-c", "echo from bash; exit 3").Output()
	fmt.Printf("%q %v\n", out, err)
	_, err = exec.Command("/nonexistent").Output()
	fmt.Println(err)
}
