#!/usr/bin/env python3
"""A store made by the real program reads the same by the documents (store_reader.py) and by `firn debug`.

FIRN_BINARY names the program.
"""
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path

import store_reader

FIRN = os.environ["FIRN_BINARY"]


def run(system, *arguments):
    command = [FIRN, "--json", "--system", str(system), *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"firn {' '.join(arguments)}: {done.stdout}{done.stderr}")
    return json.loads(done.stdout)["response"]


def make_store(folder):
    """Files copied in, partly removed and changed: some of it in the last checkpoint, some in the log."""
    source, system = folder / "source", folder / "system"
    for i in range(400):
        file = source / f"d{i % 5}" / f"file {i} {'x' * (i % 50)}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(bytes([i % 256]) * (i * i % 3000 if i % 40 else 200_000))
    serve = [FIRN, "--json", "serve", str(system), "--listen"]
    server = subprocess.Popen([*serve, "tcp://127.0.0.1:0", "--targets", "1"],
                              stdout=subprocess.PIPE, text=True)
    try:
        text = ""
        while not text.strip().endswith("}"):
            text += server.stdout.readline()
        address = json.loads(text)["response"]["address"]
        run(address, "pool", "create", "tank", "--size", "64MiB")
        run(address, "container", "create", "tank", "home")
        run(address, "fs", "cp", "-r", str(source), "daos://tank/home/")
        run(address, "fs", "rm", "-r", "daos://tank/home/source/d2")
        server.send_signal(signal.SIGTERM)  # a checkpoint
        server.wait()
        server = subprocess.Popen([*serve, address], stdout=subprocess.PIPE, text=True)
        while "}" not in server.stdout.readline():
            pass
        run(address, "fs", "cp", "-r", str(source / "d1"), "daos://tank/home/again")
        run(address, "fs", "rm", "-r", "daos://tank/home/source/d3")
    finally:
        server.kill()
        server.wait()
    return system


def entry_of(key, value):
    parsed = store_reader.parse_key(key)
    assert store_reader.build_key(parsed) == key, "the key builds to other bytes"
    entry = {"key": key.hex(), "value": value.hex(), "pg": parsed.pg, "kind": parsed.kind,
             "epoch": parsed.epoch, "start": parsed.start,
             "object": f"{parsed.object[0]:x}.{parsed.object[1]:x}",
             "container": str(uuid.UUID(bytes=parsed.container))}
    if parsed.dkey is not None:
        entry["dkey"] = parsed.dkey.hex()
    if parsed.akey is not None:
        entry["akey"] = parsed.akey.hex()
    return entry


def compare_pages(store, system):
    listed = run(system, "debug", "pages")["pages"]
    pages = {page.id: page for page in store.pages()}
    assert [page["page"] for page in listed] == sorted(pages), "other pages"
    assert max(page.level for page in pages.values()) > 0, "the tree is too small to show anything"
    count = 0
    for page in pages.values():
        shown = run(system, "debug", "page", str(page.id))
        assert (shown["block"], shown["level"], shown["newest_epoch"]) == (
            store.block_of(page.id), page.level, page.newest_epoch), f"page {page.id}"
        if page.level > 0:
            expected = [(key.hex(), *store_reader.fields("QQ", value)) for key, value in page.entries]
            children = [(e["key"], e["child"], e["child_epoch"]) for e in shown["entry"]]
            assert children == expected, f"page {page.id}"
            continue
        assert shown["entry"] == [entry_of(key, value) for key, value in page.entries], f"page {page.id}"
        count += len(page.entries)
    return count


def compare_log(store, system):
    shown = [record for batch in run(system, "debug", "log")["batches"] for record in batch["records"]]
    records = list(store.log_records())
    assert len(shown) == len(records) > 0, "other records in the log"
    for expected, record in zip(shown, records):
        assert (expected["lsn_end"], expected["bytes"], expected["kind"]) == (
            record.lsn_end, len(record.bytes), record.bytes[0])
        writes = [entry_of(key, value) for key, value in store_reader.read_log_record(record.bytes)]
        assert expected["writes"] == writes, f"record to {record.lsn_end}"
    return len(records)


def compare_checkpoint(store, system):
    shown = run(system, "debug", "superblock")
    root = shown["root"]
    assert (root["log_lsn"], root["newest_epoch"], root["tree_root"]) == (
        store.root.log_lsn, store.root.newest_epoch, store.root.tree_root)
    report = run(system, "debug", "check", "--data")["stores"][0]
    assert report["clean"] and report["checkpoint"] == store.superblock.checkpoint
    assert report["free_blocks"] == sum(blocks for _, blocks in store.free_ranges())
    assert store.requests(), "nobody's requests are remembered"
    entries = sum(len(page.entries) for page in store.pages() if page.level == 0)
    used = sum(row[2] for row in store.usage().values())
    assert used == entries, f"usage is not exact: {used} of {entries} entries"
    return report


def main():
    folder = Path(tempfile.mkdtemp(prefix="firn-formats-"))
    try:
        system = make_store(folder)
        main_path = next(system.glob("pools/*/0/main"))
        store = store_reader.Store(main_path.with_name("log"), main_path)
        compare_checkpoint(store, system)
        entries, records = compare_pages(store, system), compare_log(store, system)
        print(f"{entries} entries in {len(store.table)} pages and {records} log records read alike")
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
