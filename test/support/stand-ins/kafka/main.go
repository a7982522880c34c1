// A Kafka broker with consumer groups in memory, by franz-go's kfake. Prints its address and serves until its stdin closes.
package main

import (
	"encoding/binary"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/twmb/franz-go/pkg/kfake"
	"github.com/twmb/franz-go/pkg/kmsg"
)

func main() {
	cluster, err := kfake.NewCluster(kfake.NumBrokers(1), kfake.SeedTopics(1, "orders"))
	if err != nil {
		log.Fatal(err)
	}
	cluster.ControlKey(int16(kmsg.Produce), func(request kmsg.Request) (kmsg.Response, error, bool) {
		cluster.KeepControl()
		forgetLeaderEpochs(request.(*kmsg.ProduceRequest))
		return nil, nil, false
	})
	fmt.Println(cluster.ListenAddrs()[0])
	_, _ = io.Copy(io.Discard, os.Stdin)
	cluster.Close()
}

// A real broker overwrites this field of a batch, outside of its checksum, whatever it holds; this one takes -1 only.
func forgetLeaderEpochs(request *kmsg.ProduceRequest) {
	for _, topic := range request.Topics {
		for _, partition := range topic.Partitions {
			if len(partition.Records) >= 16 {
				binary.BigEndian.PutUint32(partition.Records[12:], ^uint32(0))
			}
		}
	}
}
