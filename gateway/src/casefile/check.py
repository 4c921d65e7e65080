"""Checks the unpacked case file in this folder with Python's own library and openssl 3.

Usage: python3 check.py VKEY        the ledger's vkey, from elsewhere than this file
"""
import base64, hashlib, json, os, subprocess, sys, tempfile


def fail(what):
    sys.exit("DOES NOT HOLD: " + what)


def sha(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def b64url(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def read(name):
    with open(name, "rb") as file:
        return file.read()


def signed_by(raw_key, message, signature):
    """An Ed25519 signature (RFC 8032), checked by openssl."""
    der = bytes.fromhex("302a300506032b6570032100") + raw_key
    pem = b"-----BEGIN PUBLIC KEY-----\n" + base64.encodebytes(der) + b"-----END PUBLIC KEY-----\n"
    with tempfile.TemporaryDirectory() as folder:
        paths = [os.path.join(folder, name) for name in ("key", "message", "signature")]
        for path, content in zip(paths, (pem, message, signature)):
            with open(path, "wb") as file:
                file.write(content)
        command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", paths[0], "-rawin", "-in", paths[1], "-sigfile", paths[2]]
        return subprocess.run(command, capture_output=True).returncode == 0


def jws(data):
    """The parts of a JWS, compact or flattened (RFC 7515 section 7): header, payload, what was signed, signature."""
    if data.lstrip().startswith(b"{"):
        members = json.loads(data)
        parts = [members[name] for name in ("protected", "payload", "signature")]
    else:
        parts = data.decode().split(".")
    return json.loads(b64url(parts[0])), b64url(parts[1]), f"{parts[0]}.{parts[1]}".encode(), b64url(parts[2])


def root_of(leaf, index, size, path):
    """The root that a leaf and its path lead to (RFC 9162 section 2.1.3.2)."""
    fn, sn, node = index, size - 1, leaf
    for sibling in path:
        if sn == 0:
            fail("a proof is too long")
        if fn & 1 or fn == sn:
            node = sha(b"\x01", sibling, node)
            while fn and not fn & 1:
                fn, sn = fn >> 1, sn >> 1
        else:
            node = sha(b"\x01", node, sibling)
        fn, sn = fn >> 1, sn >> 1
    return node if sn == 0 else fail("a proof is too short")


def tree_signed_by(key, note):
    """The size and the root of the tree in a checkpoint, if this key of the log signed it."""
    text, lines = note.rsplit("\n\n", 1)
    text += "\n"
    if text.split("\n")[0] != origin:
        fail("a checkpoint is of another ledger")
    own = [line.split(" ") for line in lines.splitlines() if line.split(" ")[1] == origin]
    if any(signed_by(key, text.encode(), base64.b64decode(line[2])[4:]) for line in own):
        return int(text.split("\n")[1]), base64.b64decode(text.split("\n")[2])


def accepted(entry, head, size, root):
    """The statement of an entry whose receipt, without its checkpoint, leads to the root of a tree."""
    _, extra, index, *path = head.split("\n")
    extra = base64.b64decode(extra.removeprefix("extra "))
    salt, record = extra[:32], extra[32:]
    _, ledger, number, at, statement = record.split(b"\n", 4)
    if (ledger.decode(), int(number), index) != (origin, entry, f"index {entry}"):
        fail(f"receipt {entry} is for another place")
    public = millis(at.decode()).to_bytes(8, "big") + sha(salt, record)
    if root_of(sha(b"\x00", public), entry, size, [base64.b64decode(line) for line in path]) != root:
        fail(f"receipt {entry} does not lead to the root")
    return statement


def raw_key(vkey):
    return base64.b64decode(vkey.split("+", 2)[2])[1:]


def entries(folder):
    return sorted(int(name[len(folder) : -11]) for name in listed if name.startswith(folder) and name.endswith(".tlog-proof"))


def millis(text):
    from datetime import datetime, timezone

    at = datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc)
    return round((at - datetime(1970, 1, 1, tzinfo=timezone.utc)).total_seconds() * 1000)


def keys_in(statement):
    """The keys that a statement brings, as (institution, JWK)."""
    body, kind = statement["body"], statement["type"]
    if kind == "genesis":
        yield "gateway", body["statementKey"]
        for registration in body["registrations"]:
            yield from keys_in(json.loads(jws(registration.encode())[1]))
    elif kind in ("registration", "recovery-request"):
        yield body["institution"], body["key"]
    elif kind in ("key-addition", "key-rotation"):
        yield statement["by"], body["key"]


def attachments_in(value):
    if isinstance(value, dict):
        if {"hash", "mediaType", "sizeBytes"} <= value.keys():
            yield value["hash"]
        for member in value.values():
            yield from attachments_in(member)
    elif isinstance(value, list):
        for item in value:
            yield from attachments_in(item)


if len(sys.argv) != 2:
    sys.exit(__doc__)
origin = sys.argv[1].split("+", 2)[0]

# 1. The list of hashes is that of the files.
listed = dict(reversed(line.split("  ", 1)) for line in read("SHA256SUMS").decode().splitlines())
for name, digest in listed.items():
    if sha(read(name)).hex() != digest:
        fail(f"{name} is not what SHA256SUMS says")

# 2. The log signed the checkpoint: with the key that you have, or with a later one that a key before it announced.
log_keys, vkey = [raw_key(sys.argv[1])], sys.argv[1]
announced = {}
for entry in entries("log-keys/"):
    head, under = read(f"log-keys/{entry}.tlog-proof").decode().split("\n\n", 1)
    record = base64.b64decode(head.split("\n")[1].removeprefix("extra "))[32:]
    announced[entry] = head, under, json.loads(jws(record.split(b"\n", 4)[4])[1])["body"]["logKey"]
for entry in [entry for entry in announced if entry > max((at for at in announced if announced[at][2] == vkey), default=-1)]:
    head, under, next_key = announced[entry]
    tree = tree_signed_by(log_keys[-1], under) or fail(f"log-keys {entry}: the key before it did not sign that")
    if json.loads(jws(accepted(entry, head, *tree))[1])["type"] != "log-key-rotation":
        fail(f"log-keys {entry} announces no key")
    log_keys.append(raw_key(next_key))
note = read("checkpoint").decode()
tree = next(filter(None, (tree_signed_by(key, note) for key in log_keys)), None) or fail("the log did not sign the checkpoint")
size, root = tree

# 3. Every record is in the tree, at its place; its statement is signed by a key of its signer.
keys, there, absent, gateway = {}, set(), 0, None
for entry in entries("receipts/"):
    head, under = read(f"receipts/{entry}.tlog-proof").decode().split("\n\n", 1)
    if under != note:
        fail(f"receipt {entry} is under another checkpoint")
    statement = accepted(entry, head, size, root)
    if statement != read(f"statements/{entry}.jws"):
        fail(f"statement {entry} is not the one that was accepted")
    header, payload, signed, signature = jws(statement)
    said = json.loads(payload)
    for whose, jwk in keys_in(said):
        thumbprint = base64.urlsafe_b64encode(sha(json.dumps({k: jwk[k] for k in ("crv", "kty", "x")}, separators=(",", ":")).encode()))
        keys[whose, thumbprint.rstrip(b"=").decode()] = b64url(jwk["x"])
        gateway = gateway or b64url(jwk["x"])
    key = keys.get((said["by"], header["kid"])) or fail(f"statement {entry}: no key of {said['by']} is known")
    if said["ledger"] != origin or not signed_by(key, signed, signature):
        fail(f"statement {entry}: the signature")
    # 4. Attachments are what was signed for.
    for name in attachments_in(said["body"]):
        if f"attachments/{name}.content" not in listed:
            absent += 1
        elif sha(read(f"attachments/{name}.salt"), read(f"attachments/{name}.content")).hex() != name:
            fail(f"attachment {name}")
        else:
            there.add(name)

# 5. The ledger signed the list of hashes.
header, payload, signed, signature = jws(read("SHA256SUMS.jws"))
said = json.loads(payload)
if (said["ledger"], said["size"], said["sha256sums"]) != (origin, size, sha(read("SHA256SUMS")).hex()) or not signed_by(gateway, signed, signature):
    fail("SHA256SUMS.jws")
print(f"holds: {sum(name.startswith('receipts/') for name in listed)} statements of {origin} under a tree of {size}, {len(there)} attachments; not here: {absent}")
