"""Checks the unpacked case file in this folder with Python's own library and openssl 3.

Usage: python3 check.py VKEY        a vkey that the ledger has or had, from elsewhere than this file
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


def key_of(vkey):
    """The name and the Ed25519 key in a vkey (C2SP signed-note)."""
    name, _, encoded = vkey.split("+", 2)
    return name, base64.b64decode(encoded)[1:]


def tree_of(note, key, otherwise):
    """The size and root in a checkpoint that this key of the log signed; where it did not, that is said."""
    text, lines = note.rsplit("\n\n", 1)
    text += "\n"
    if text.split("\n")[0] != origin:
        fail("a checkpoint is of another ledger")
    own = [line.split(" ") for line in lines.splitlines() if line.split(" ")[1] == origin]
    if not any(signed_by(key, text.encode(), base64.b64decode(line[2])[4:]) for line in own):
        fail(otherwise)
    return int(text.split("\n")[1]), base64.b64decode(text.split("\n")[2])


def record_in(name, entry, size, root):
    """The statement and the record in a receipt; the record is in the tree, at its place."""
    head, under = read(name).decode().split("\n\n", 1)
    first, extra, index, *path = head.split("\n")
    extra = base64.b64decode(extra.removeprefix("extra "))
    salt, record = extra[:32], extra[32:]
    _, ledger, number, accepted, statement = record.split(b"\n", 4)
    if (ledger.decode(), int(number), index) != (origin, entry, f"index {entry}"):
        fail(f"{name} is for another place")
    public = millis(accepted.decode()).to_bytes(8, "big") + sha(salt, record)
    if root_of(sha(b"\x00", public), entry, size, [base64.b64decode(line) for line in path]) != root:
        fail(f"{name} does not lead to the root")
    return statement, record


def entries_in(folder):
    names = [name for name in listed if name.startswith(folder + "/")]
    return sorted(int(name.split("/")[1].removesuffix(".tlog-proof")) for name in names)


if len(sys.argv) != 2:
    sys.exit(__doc__)
vkey = sys.argv[1]
origin, log_key = key_of(vkey)

# 1. The list of hashes is that of the files.
listed = dict(reversed(line.split("  ", 1)) for line in read("SHA256SUMS").decode().splitlines())
for name, digest in listed.items():
    if sha(read(name)).hex() != digest:
        fail(f"{name} is not what SHA256SUMS says")

# 2. From the given key to the one that signs now: each later key is named in an entry under a checkpoint that the key before
# it signed, and the later one as well. What was announced up to the given key, that key vouches for with the whole log.
records, announced = {}, []
for entry in entries_in("log-keys"):
    name = f"log-keys/{entry}.tlog-proof"
    note = read(name).decode().split("\n\n", 1)[1]
    said = json.loads(jws(base64.b64decode(read(name).decode().split("\n")[1].removeprefix("extra "))[32:].split(b"\n", 4)[4])[1])
    if said["type"] != "log-key-rotation":
        fail(f"{name} names no key of the log")
    announced.append((entry, name, note, said["body"]["logKey"]))
later = [named for *_, named in announced]
for entry, name, note, named in announced[later.index(vkey) + 1 if vkey in later else 0 :]:
    size, root = tree_of(note, log_key, f"{name}: the key before it did not sign that")
    _, records[entry] = record_in(name, entry, size, root)
    vkey, (_, log_key) = named, key_of(named)
    tree_of(note, log_key, f"{name}: the key that it names did not sign that")

# 3. The log signed the checkpoint.
note = read("checkpoint").decode()
size, root = tree_of(note, log_key, "the key that signs the log did not sign the checkpoint")

# 4. Every record is in the tree, at its place; its statement is signed by a key of its signer.
keys, there, absent, gateway = {}, set(), 0, None
for entry in entries_in("receipts"):
    if read(f"receipts/{entry}.tlog-proof").decode().split("\n\n", 1)[1] != note:
        fail(f"receipt {entry} is under another checkpoint")
    statement, record = record_in(f"receipts/{entry}.tlog-proof", entry, size, root)
    if records.pop(entry, record) != record:
        fail(f"log-keys/{entry}.tlog-proof is about another entry than receipt {entry}")
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
    # 5. Attachments are what was signed for.
    for name in attachments_in(said["body"]):
        if f"attachments/{name}.content" not in listed:
            absent += 1
        elif sha(read(f"attachments/{name}.salt"), read(f"attachments/{name}.content")).hex() != name:
            fail(f"attachment {name}")
        else:
            there.add(name)

if records:
    fail(f"log-keys: of entries that have no receipt: {sorted(records)}")

# 6. The ledger signed the list of hashes.
header, payload, signed, signature = jws(read("SHA256SUMS.jws"))
said = json.loads(payload)
if (said["ledger"], said["size"], said["sha256sums"]) != (origin, size, sha(read("SHA256SUMS")).hex()) or not signed_by(gateway, signed, signature):
    fail("SHA256SUMS.jws")
print(f"holds: {len(entries_in('receipts'))} statements of {origin} under a tree of {size}, {len(there)} attachments; not here: {absent}")
if vkey != sys.argv[1]:
    print(f"the log is signed now by {vkey}, to which the given key leads")
