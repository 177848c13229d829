// As bare_sender.cpp, with Go's net/http: go-sender PORT FILE CONNECTIONS
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
)

func main() {
	url := "http://127.0.0.1:" + os.Args[1] + "/messages"
	data, err := os.ReadFile(os.Args[2])
	if err != nil {
		log.Fatal(err)
	}
	bodies := bytes.Split(bytes.TrimRight(data, "\n"), []byte("\n"))
	connections, err := strconv.Atoi(os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: connections, MaxConnsPerHost: connections}}
	var next, accepted, failed int64

	send := func(body []byte) {
		request, err := http.NewRequest("POST", url, bytes.NewReader(body))
		if err != nil {
			log.Fatal(err)
		}
		request.Header.Set("Authorization", "Bearer test-token")
		request.Header.Set("Intercom-Version", "2.16")
		request.Header.Set("Accept", "application/json")
		request.Header.Set("Content-Type", "application/json")
		answer, err := client.Do(request)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := io.ReadAll(answer.Body); err != nil {
			log.Fatal(err)
		}
		answer.Body.Close()
		if answer.StatusCode == 200 {
			atomic.AddInt64(&accepted, 1)
		} else {
			atomic.AddInt64(&failed, 1)
		}
	}

	fmt.Println("ready")
	input := bufio.NewReader(os.Stdin)
	input.ReadString('\n')
	var all sync.WaitGroup
	for i := 0; i < connections; i++ {
		all.Add(1)
		go func() {
			defer all.Done()
			for {
				mine := atomic.AddInt64(&next, 1) - 1
				if mine >= int64(len(bodies)) {
					return
				}
				send(bodies[mine])
			}
		}()
	}
	all.Wait()
	fmt.Printf("{\"accepted\":%d,\"failed\":%d}\n", accepted, failed)
	input.ReadString('\n')
}
