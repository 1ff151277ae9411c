// Go's crypto/x509 on the cases on standard input (verifiers.sh says how); where there is a key, a
// server's crypto/tls loads the chain first. Neither looks at a CRL.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
)

var usages = map[string]x509.ExtKeyUsage{
	"ca":       x509.ExtKeyUsageAny,
	"stamp-ca": x509.ExtKeyUsageAny,
	"server":   x509.ExtKeyUsageServerAuth,
	"client":   x509.ExtKeyUsageClientAuth,
	"code":     x509.ExtKeyUsageCodeSigning,
	"stamp":    x509.ExtKeyUsageTimeStamping,
}

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	return value
}

func read(path string) (certificates []*x509.Certificate) {
	rest := must(os.ReadFile(path))
	for {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return
		}
		certificates = append(certificates, must(x509.ParseCertificate(block.Bytes)))
	}
}

func pool(certificates []*x509.Certificate) *x509.CertPool {
	all := x509.NewCertPool()
	for _, certificate := range certificates {
		all.AddCert(certificate)
	}
	return all
}

func judge(kind, anchors, file, key string) error {
	if key != "-" {
		if _, err := tls.LoadX509KeyPair(file, key); err != nil {
			return err
		}
	}
	chain := read(file)
	_, err := chain[0].Verify(x509.VerifyOptions{
		Roots:         pool(read(anchors)),
		Intermediates: pool(chain[1:]),
		KeyUsages:     []x509.ExtKeyUsage{usages[kind]},
	})
	return err
}

func main() {
	for input := bufio.NewScanner(os.Stdin); input.Scan(); {
		field := strings.Split(input.Text(), "\t")
		if err := judge(field[1], field[2], field[3], field[5]); err == nil {
			fmt.Printf("%s\taccepts\t\n", field[0])
		} else {
			fmt.Printf("%s\trefuses\t%s\n", field[0], strings.ReplaceAll(err.Error(), "\n", " "))
		}
	}
}
