# openssl: digests, ciphers, keys, certificates, signatures, a TLS connection.
# RUN: %twins
seq 1 20000 >data
for d in md5 sha1 sha224 sha256 sha384 sha512 sha3-256 sha3-512 blake2b512 blake2s256 shake256 sm3 ripemd160; do
  openssl dgst -$d data
done
openssl dgst -sha256 -hmac key data
for c in aes-128-cbc aes-256-cbc aes-256-ctr aes-128-ecb aes-192-ofb aes-256-cfb camellia-256-cbc chacha20 des-ede3-cbc aria-128-cbc sm4-cbc; do
  openssl enc -$c -K 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f -iv 0f0e0d0c0b0a09080706050403020100 -in data -out $c.enc 2>/dev/null
  cksum $c.enc
  openssl enc -d -$c -K 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f -iv 0f0e0d0c0b0a09080706050403020100 -in $c.enc 2>/dev/null | cmp - data && echo round trip
done
openssl enc -aes-256-cbc -pbkdf2 -iter 1000 -S 0102030405060708 -pass pass:secret -a -in <(echo text)
openssl rand 32 | wc -c
openssl prime -hex FFFFFFFFFFFFFFC5
openssl base64 -in <(printf 'encode me')
openssl passwd -6 -salt salt secret

echo '== keys'
openssl genrsa -out rsa.pem 2048 2>/dev/null
openssl rsa -in rsa.pem -check -noout 2>&1
openssl rsa -in rsa.pem -pubout -out rsa.pub 2>/dev/null
openssl dgst -sha256 -sign rsa.pem -out sig data
openssl dgst -sha256 -verify rsa.pub -signature sig data
openssl dgst -sha256 -verify rsa.pub -signature sig openssl.sh 2>/dev/null || echo 'wrong signature noticed'
openssl pkeyutl -encrypt -pubin -inkey rsa.pub -in <(echo secret) -pkeyopt rsa_padding_mode:oaep -out enc
openssl pkeyutl -decrypt -inkey rsa.pem -in enc -pkeyopt rsa_padding_mode:oaep
for curve in prime256v1 secp384r1 secp521r1 secp256k1; do
  openssl ecparam -name $curve -genkey -noout -out ec.pem
  openssl dgst -sha256 -sign ec.pem -out ec.sig data
  openssl ec -in ec.pem -pubout -out ec.pub 2>/dev/null
  openssl dgst -sha256 -verify ec.pub -signature ec.sig data
done
for alg in ED25519 ED448; do
  openssl genpkey -algorithm $alg -out ed.pem
  openssl pkeyutl -sign -inkey ed.pem -rawin -in data -out ed.sig
  openssl pkeyutl -verify -inkey ed.pem -rawin -in data -sigfile ed.sig
done
for alg in X25519 X448; do
  openssl genpkey -algorithm $alg -out a.pem
  openssl genpkey -algorithm $alg -out b.pem
  openssl pkey -in a.pem -pubout -out a.pub
  openssl pkey -in b.pem -pubout -out b.pub
  openssl pkeyutl -derive -inkey a.pem -peerkey b.pub -out ab
  openssl pkeyutl -derive -inkey b.pem -peerkey a.pub -out ba
  cmp ab ba && echo "$alg agrees"
done
# The same signature from the same key: deterministic schemes.
cat >fixed.pem <<'END'
-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g
-----END PRIVATE KEY-----
END
openssl pkeyutl -sign -inkey fixed.pem -rawin -in data | od -An -tx1

echo '== certificates and TLS'
openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 30 -subj /CN=localhost 2>/dev/null
openssl x509 -in cert.pem -noout -subject -issuer
openssl verify -CAfile cert.pem cert.pem
openssl req -new -key ec.pem -subj /CN=client -out client.csr
openssl x509 -req -in client.csr -CA cert.pem -CAkey key.pem -CAcreateserial -out client.pem -days 30 2>&1 | grep subject
openssl verify -CAfile cert.pem client.pem
openssl pkcs12 -export -in cert.pem -inkey key.pem -out all.p12 -passout pass:x
openssl pkcs12 -in all.p12 -passin pass:x -nokeys 2>/dev/null | grep -c BEGIN
# The server takes a free port and says so; it sends back each line reversed.
mkfifo input
for options in -tls1_3 '-tls1_2 -cipher ECDHE-RSA-AES128-GCM-SHA256' '-tls1_2 -cipher ECDHE-RSA-CHACHA20-POLY1305'; do
  rm -f server.log client.log # the last round's
  openssl s_server -4 -accept 0 -cert cert.pem -key key.pem -naccept 1 -rev >server.log 2>&1 &
  until port=$(sed -n 's/^ACCEPT .*://p' server.log 2>/dev/null) && [ "$port" ]; do sleep 0.05; done
  openssl s_client -connect 127.0.0.1:$port -CAfile cert.pem -verify_return_error $options <input >client.log 2>/dev/null &
  exec 3>input
  echo 'hello server' >&3
  until grep -qsa revres client.log; do sleep 0.05; done
  exec 3>&-
  wait
  grep -a -e 'Cipher is' -e '^revres' -e 'Verify return code' client.log | sort -u
done
openssl s_client -connect 127.0.0.1:1 2>&1 </dev/null | grep -o 'Connection refused' | head -n 1
