"""Reads the files of a store, written from docs/formats/ alone: it shares nothing with the product's code, so
what it reads as the product does is what the documents say."""
import struct
from collections import namedtuple

BLOCK = 4096
PAGE = 16384
CHUNK_ENTRIES = 2040

Blob = namedtuple("Blob", "block bytes segments crc")
Superblock = namedtuple("Superblock", "store log_salt main_bytes log_bytes checkpoint root")
Root = namedtuple("Root", "log_lsn log_sequence log_generation newest_epoch tree_root free_list requests"
                          " reclaim chunks")
Page = namedtuple("Page", "id level newest_epoch entries")           # entries: (key, value)
Key = namedtuple("Key", "pg container object kind dkey akey start epoch")
Record = namedtuple("Record", "lsn_end bytes")


class Damage(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Damage(what)


def crc_table():
    table = []
    for byte in range(256):
        for _ in range(8):
            byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
        table.append(byte)
    return table


CRC_TABLE = crc_table()


def crc32c(data):
    value = 0xFFFFFFFF
    for byte in data:
        value = value >> 8 ^ CRC_TABLE[(value ^ byte) & 0xFF]
    return value ^ 0xFFFFFFFF


def fields(layout, data, offset=0):
    return struct.unpack_from("<" + layout, data, offset)


# --- superblock.md -----------------------------------------------------------------------------------


def read_superblock_slot(block):
    magic, version, crc = fields("8sII", block)
    if magic != b"FIRNMAIN" or crc != crc32c(block[:12] + bytes(4) + block[16:]):
        return None
    need(version == 1, "superblock version")
    (store, salt, main_bytes, log_bytes, checkpoint, block_bytes, page_bytes, _,
     _) = fields("16sQQQQIIII", block, 16)
    need((block_bytes, page_bytes) == (BLOCK, PAGE), "block size")
    return Superblock(store, salt, main_bytes, log_bytes, checkpoint, Blob(*fields("QQII", block, 80)))


# --- messages.md, Bodies -----------------------------------------------------------------------------


class Body:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        need(self.at + count <= len(self.data), "value ends early")
        self.at += count
        return self.data[self.at - count:self.at]

    def number(self, width):
        return int.from_bytes(self.take(width), "little")

    def string(self):
        return self.take(self.number(4))

    def section(self):
        return Body(self.take(self.number(4)))

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number(1)
            value, shift = value | (byte & 127) << shift, shift + 7
            if byte < 128:
                need(value < 1 << 64 and (byte or shift == 7), "varint")
                return value

    def list(self, read):
        return [read() for _ in range(self.number(4))]

    def left(self):
        return self.at < len(self.data)


# --- records.md --------------------------------------------------------------------------------------

KINDS = {"object punch": 0, "dkey punch": 1, "akey punch": 2, "single value": 3, "hole": 4, "piece": 5}


def escape(key):
    return key.replace(b"\0", b"\0\xff") + b"\0\0"


def unescape(data, at):
    """The key that begins there, and where it ends."""
    key = b""
    while True:
        zero = data.index(b"\0", at)
        key += data[at:zero]
        if data[zero + 1] == 0:
            return key, zero + 2
        need(data[zero + 1] == 0xFF, "escape")
        key += b"\0"
        at = zero + 2


def big(data):
    return int.from_bytes(data, "big")


def parse_key(data):
    pg, container, oid = big(data[:4]), data[4:20], (big(data[20:28]), big(data[28:36]))
    dkey = akey = None
    kind, at, start = "object punch", 36, 0
    if data[at] == 1:
        dkey, at = unescape(data, at + 1)
        kind = "dkey punch"
        if data[at] == 1:
            akey, at = unescape(data, at + 1)
            kind = ("akey punch", "single value", "hole", "piece")[data[at]]
    at += 1
    if kind in ("hole", "piece"):
        start, at = big(data[at:at + 8]), at + 8
    need(len(data) == at + 8, "length of a key")
    return Key(pg, container, oid, kind, dkey, akey, start, big(data[at:]) ^ 0xFFFFFFFFFFFFFFFF)


def build_key(key):
    out = struct.pack(">I16sQQ", key.pg, key.container, *key.object)
    if key.dkey is not None:
        out += b"\1" + escape(key.dkey)
    if key.akey is not None:
        out += b"\1" + escape(key.akey)
    out += {"single value": b"\1", "hole": b"\2", "piece": b"\3"}.get(key.kind, b"\0")
    if key.kind in ("hole", "piece"):
        out += key.start.to_bytes(8, "big")
    return out + (key.epoch ^ 0xFFFFFFFFFFFFFFFF).to_bytes(8, "big")


def varint(value):
    out = b""
    while value >= 128:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def read_change(body):
    """The entries (key, value) that a change makes."""
    flags = body.number(1)
    need(flags < 4, "flags of a change")
    pg, container, oid, epoch = body.varint(), body.take(16), (body.number(8), body.number(8)), body.number(8)
    if flags & 2:
        body.number(8), body.varint(), body.varint()
    dkey = body.take(body.varint()) if flags & 1 else None

    def read_entry():
        flags, start, count = body.number(1), 0, 1
        need(flags < 32 and flags & 3 < 3, "flags of an entry")
        if flags & 3:
            start, count = body.varint(), body.varint()
        record_bytes = body.varint()
        crc = body.number(4) if flags & 16 else 0
        data = b""
        if flags & 8:
            for _ in range(body.varint()):
                data += struct.pack("<QQ", body.varint(), body.varint())
        elif not flags & 4:
            data = body.take(record_bytes * count)
        found = 1 if flags & 4 else 0 if flags & 8 else 2
        value = bytes([found]) + varint(record_bytes) + varint(count) + struct.pack("<I", crc) + data
        return 3 + (flags & 3), start, value

    akeys = []
    for _ in range(body.varint()):
        head = body.varint()
        akey = body.take(head >> 1)
        akeys.append((akey, head & 1, [] if head & 1 else [read_entry() for _ in range(body.varint())]))
    names = {number: name for name, number in KINDS.items()}

    def key(kind, akey=None, start=0):
        return build_key(Key(pg, container, oid, kind, dkey, akey, start, epoch))

    if dkey is None:
        yield key("object punch"), b""
    elif not akeys:
        yield key("dkey punch"), b""
    for akey, punched, entries in akeys:
        if punched:
            yield key("akey punch", akey), b""
        for kind, start, value in entries:
            yield key(names[kind], akey, start), value


def check_attached_data(values, data):
    """Data of the values' runs, one behind the other."""
    for value in values:
        if value and value[0] == 0:
            body = Body(value[1:])
            record_bytes, count, crc = body.varint(), body.varint(), body.number(4)
            need(crc32c(data[:record_bytes * count]) == crc, "attached data")
            data = data[record_bytes * count:]
    need(not data, "what follows a change")


def read_log_record(data):
    need(data[0] in (1, 2, 3, 8, 16, 17), "kind of a log record")
    if data[0] >= 16:
        need(len(data) == (17 if data[0] == 16 else 5), "removal")
        return []
    body, entries = Body(data[1:]), []
    if data[0] == 3:
        entries += read_change(body)
        check_attached_data([value for _, value in entries], data[1 + body.at:])
        return entries
    while body.left():
        entries += read_change(body)
    return entries


# --- the store ---------------------------------------------------------------------------------------


class Store:
    def __init__(self, log_path, main_path):
        with open(log_path, "rb") as log, open(main_path, "rb") as main:
            self.log, self.main = log.read(), main.read()
        slots = [read_superblock_slot(self.main[i * BLOCK:(i + 1) * BLOCK]) for i in range(2)]
        slots = [slot for slot in slots if slot]
        need(slots, "no superblock")
        self.superblock = max(slots, key=lambda slot: slot.checkpoint)
        need(self.superblock.main_bytes == len(self.main), "size of main")
        self.root = self.read_root()
        self.table = self.read_table()

    # checkpoint.md

    def read_blob(self, kind, blob):
        out, block = b"", blob.block
        for index in range(blob.segments):
            at = block * BLOCK
            (magic, crc, found_kind, found_index, checkpoint, segment_bytes, part_bytes, block,
             store) = fields("IIIIQQQQ16s", self.main, at)
            need(magic == 0x424C4246 and part_bytes <= segment_bytes - 64, "segment")
            need(crc == crc32c(self.main[at + 8:at + 64 + part_bytes]), "segment checksum")
            need((found_kind, found_index, checkpoint, store) ==
                 (kind, index, self.superblock.checkpoint, self.superblock.store), "segment identity")
            out += self.main[at + 64:at + 64 + part_bytes]
        need(block == 0 and len(out) == blob.bytes and crc32c(out) == blob.crc, "blob")
        return out

    def read_root(self):
        data = self.read_blob(1, self.superblock.root)
        (version, header_bytes, lsn, sequence, generation, chunk_count, epoch,
         tree_root) = fields("IIQQIIQQ", data)
        need(version == 1, "root version")
        chunks = [fields("QI", data, header_bytes + 16 * i) for i in range(chunk_count)]
        return Root(lsn, sequence, generation, epoch, tree_root, Blob(*fields("QQII", data, 48)),
                    Blob(*fields("QQII", data, 72)), Blob(*fields("QQII", data, 96)), chunks)

    def free_ranges(self):
        data = self.read_blob(2, self.root.free_list)
        ranges = [fields("QQ", data, at) for at in range(0, len(data), 16)]
        end = 1
        for first, blocks in ranges:
            need(first > end and blocks > 0 and first + blocks <= len(self.main) // BLOCK, "free list")
            end = first + blocks
        return ranges

    def requests(self):
        """Of each client: id, below, [(sequence, epoch, pg)]."""
        data, at = self.read_blob(3, self.root.requests), 8
        clients = []
        for _ in range(fields("Q", data)[0]):
            client, below, count = fields("QQQ", data, at)
            clients.append((client, below, [fields("QQQ", data, at + 24 + 24 * i) for i in range(count)]))
            at += 24 + 24 * count
        need(at == len(data), "request table")
        return clients

    def usage(self):
        """Of each container: its id and (value bytes, block bytes, entries)."""
        body = Body(self.read_blob(5, self.root.reclaim)).section()
        for size in (16, 16, 4):
            body.list(lambda: body.take(size))
        rows = {}
        for _ in range(body.number(4)):
            row = body.section()
            container = row.take(16)
            rows[container] = (row.number(8), row.number(8), row.number(8))
        return rows

    # page.md

    def read_table(self):
        table = {}
        for index, (block, crc) in enumerate(self.root.chunks):
            chunk = self.main[block * BLOCK:block * BLOCK + PAGE]
            need(crc == crc32c(chunk), "chunk")
            own_crc, magic, version, _, found = fields("IIHHI", chunk)
            need(own_crc == crc32c(chunk[4:]), "chunk checksum")
            need((magic, version, found) == (0x54504E46, 1, index), "chunk header")
            for i, entry in enumerate(fields(f"{CHUNK_ENTRIES}Q", chunk, 64)):
                if entry:
                    table[index * CHUNK_ENTRIES + i] = entry
        return table

    def block_of(self, page):
        return self.table[page] & (1 << 40) - 1

    def read_page(self, page_id):
        block, low_crc = self.block_of(page_id), self.table[page_id] >> 40
        page = self.main[block * BLOCK:block * BLOCK + PAGE]
        (crc, magic, version, level, _, count, prefix_bytes, found, newest, heap, _,
         _) = fields("IIHBBHHQQHHI", page)
        need(crc == crc32c(page[4:]) and crc & 0xFFFFFF == low_crc, "page checksum")
        need((magic, version, found) == (0x47504E46, 3, page_id), "page header")
        prefix, entries = page[40:40 + prefix_bytes], []
        for i in range(count):
            head, offset, suffix_bytes = fields("IHH", page, 40 + prefix_bytes + 8 * i)
            need(offset >= heap, "entry")
            value_bytes = fields("H", page, offset)[0]
            suffix = page[offset + 2:offset + 2 + suffix_bytes]
            need(head == big((suffix + bytes(4))[:4]), "head")
            key = b"" if level > 0 and i == 0 else prefix + suffix
            entries.append((key, page[offset + 2 + suffix_bytes:offset + 2 + suffix_bytes + value_bytes]))
        need(all(a[0] < b[0] for a, b in zip(entries, entries[1:])), "order of keys")
        return Page(page_id, level, newest, entries)

    def pages(self):
        """All pages of the tree, parents first."""
        to_read = [(self.root.tree_root, self.root.newest_epoch)]
        while to_read:
            page_id, newest = to_read.pop()
            page = self.read_page(page_id)
            need(page.newest_epoch <= newest, "newest epoch")
            yield page
            if page.level > 0:
                to_read += [fields("QQ", value) for _, value in page.entries]

    # log.md

    def ring(self, lsn, count):
        ring = (len(self.log) - BLOCK) // BLOCK * BLOCK
        at = lsn % ring
        doubled = self.log[BLOCK + at:min(BLOCK + at + count, BLOCK + ring)]
        return doubled + self.log[BLOCK:BLOCK + count - len(doubled)]

    def log_records(self):
        header = self.log[:BLOCK]
        magic, version, crc, store, salt, device_bytes = fields("8sII16sQQ", header)
        need(magic == b"FIRNLOG\0" and version == 2, "log header")
        need(crc == crc32c(header[:12] + bytes(4) + header[16:]), "log header checksum")
        need((store, salt) == (self.superblock.store, self.superblock.log_salt), "log of another store")
        need(device_bytes == len(self.log) == self.superblock.log_bytes, "size of the log")
        lsn, sequence, generation = self.root.log_lsn, self.root.log_sequence, self.root.log_generation
        while True:
            (magic, crc, version, payload_bytes, count, found_generation,
             *identity) = fields("IIIIIIQQQ", self.ring(lsn, 48))
            is_ours = magic == 0x544C4246 and identity == [sequence, lsn, salt]
            if not is_ours or found_generation < generation:
                return
            batch = self.ring(lsn, 48 + payload_bytes)
            if crc != crc32c(batch[8:]):
                return
            need(version == 2, "batch version")
            at = 48
            for _ in range(count):
                record_bytes = fields("I", batch, at)[0]
                at += 4 + record_bytes
                yield Record(lsn + at, batch[at - record_bytes:at])
            need(not any(batch[at:]), "zeros behind the records of a batch")
            lsn, sequence, generation = lsn + 48 + payload_bytes, sequence + 1, found_generation
