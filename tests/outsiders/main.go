// Walks a live log with torchwood, a tlog-tiles client that others wrote, given only its URL and vkey.
//
// Usage: outsiders URL VKEY SIZE CHECKPOINTS
//
// It follows the log until it has seen that many checkpoints and one of at least that size. Each is verified, is
// consistent with the one before it by a proof made from tiles, and every entry under it is fetched and found in the
// tree, those in partial tiles included. The last line says what was walked.
package main

import (
	"context"
	"fmt"
	"log"
	"os"
	"strconv"

	"filippo.io/torchwood"
	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: outsiders URL VKEY SIZE CHECKPOINTS")
	}
	size, err := strconv.ParseInt(os.Args[3], 10, 64)
	if err != nil {
		log.Fatal(err)
	}
	checkpoints, err := strconv.Atoi(os.Args[4])
	if err != nil {
		log.Fatal(err)
	}
	if err := walk(os.Args[1], os.Args[2], size, checkpoints); err != nil {
		log.Fatal(err)
	}
}

func walk(url, vkey string, size int64, checkpoints int) error {
	key, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	policy := torchwood.ThresholdPolicy(2, torchwood.SingleVerifierPolicy(key), torchwood.OriginPolicy(key.Name()))
	fetcher, err := torchwood.NewTileFetcher(url)
	if err != nil {
		return err
	}
	client, err := torchwood.NewClient(fetcher)
	if err != nil {
		return err
	}
	ctx := context.Background()
	var last tlog.Tree
	seen, partial, entries := 0, 0, int64(0)
	for seen < checkpoints || last.N < size {
		signed, err := fetcher.ReadEndpoint(ctx, "checkpoint")
		if err != nil {
			return err
		}
		found, _, err := torchwood.VerifyCheckpoint(signed, policy)
		if err != nil {
			return err
		}
		if found.N == last.N {
			if found.Hash != last.Hash {
				return fmt.Errorf("two roots for size %d", last.N)
			}
			continue
		}
		if last.N > 0 {
			hashes := torchwood.TileHashReaderWithContext(ctx, found.Tree, fetcher)
			proof, err := tlog.ProveTree(found.N, last.N, hashes)
			if err != nil {
				return fmt.Errorf("from %d to %d: %w", last.N, found.N, err)
			}
			if err := tlog.CheckTree(proof, found.N, found.Hash, last.N, last.Hash); err != nil {
				return fmt.Errorf("from %d to %d: %w", last.N, found.N, err)
			}
		}
		// From the first entry on, so that tiles that were partial are read again in full.
		count := int64(0)
		for range client.AllEntries(ctx, found.Tree, 0) {
			count++
		}
		if err := client.Err(); err != nil {
			return fmt.Errorf("size %d: %w", found.N, err)
		}
		if count != found.N {
			return fmt.Errorf("%d entries under a checkpoint of size %d", count, found.N)
		}
		if found.N%torchwood.TileWidth != 0 {
			partial++
		}
		last, seen, entries = found.Tree, seen+1, entries+count
	}
	fmt.Printf("sound: %d checkpoints up to size %d, %d of them with partial tiles, %d entries\n", seen, last.N, partial, entries)
	return nil
}
