// Checks receipts with torchwood, a verifier of C2SP proofs that others wrote.
//
// Usage: check VKEY|POLICY receipt.tlog-proof...
package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log"
	"os"
	"strings"
	"time"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) < 3 {
		log.Fatal("usage: check VKEY|POLICY receipt.tlog-proof...")
	}
	policy, err := trusted(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	for _, path := range os.Args[2:] {
		if err := check(policy, path); err != nil {
			log.Fatalf("%s: %v", path, err)
		}
	}
	fmt.Printf("%d receipts hold\n", len(os.Args)-2)
}

// trusted gives the policy in a file, or one that asks for the log's own signature alone.
func trusted(arg string) (torchwood.Policy, error) {
	if file, err := os.ReadFile(arg); err == nil {
		return torchwood.ParsePolicy(file)
	}
	key, err := note.NewVerifier(arg)
	if err != nil {
		return nil, err
	}
	return torchwood.ThresholdPolicy(2, torchwood.SingleVerifierPolicy(key), torchwood.OriginPolicy(key.Name())), nil
}

// check computes the public entry from salt and record, which the receipt carries, and verifies the proof of that entry.
func check(policy torchwood.Policy, path string) error {
	proof, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	extra, err := torchwood.ProofExtraData(proof)
	if err != nil {
		return err
	}
	if len(extra) < 32 {
		return fmt.Errorf("no salt and record")
	}
	lines := bytes.SplitN(extra[32:], []byte("\n"), 5)
	if len(lines) != 5 || string(lines[0]) != "convenant/record/v1" {
		return fmt.Errorf("no record")
	}
	acceptedAt, err := time.Parse(time.RFC3339, strings.TrimSpace(string(lines[3])))
	if err != nil {
		return err
	}
	commitment := sha256.Sum256(extra)
	entry := binary.BigEndian.AppendUint64(nil, uint64(acceptedAt.UnixMilli()))
	entry = append(entry, commitment[:]...)
	return torchwood.VerifyProof(policy, tlog.RecordHash(entry), proof)
}
