"""Our reader against zxing-cpp, picture by picture in one run, each on the same gray pixels.

  decode_bench.py READER live|photo DIR...

READER is the release build of mobile-core's example `read`. A DIR holds a manifest.jsonl (file, format, expected,
condition), or pictures with what they say beside them in a .txt of the same name. Needs pillow and zxing-cpp.
Times are those of the thread on a core, for both, so that a busy machine measures the same as an idle one.
Prints for each condition and in all: right and wrong answers, median and 95th percentile of the milliseconds, for both.
"""
import collections
import glob
import json
import os
import subprocess
import sys
import time

import zxingcpp
from PIL import Image

BarcodeFormat = zxingcpp.BarcodeFormat
FORMATS = [BarcodeFormat.DataMatrix, BarcodeFormat.QRCode, BarcodeFormat.EAN13, BarcodeFormat.EAN8,
           BarcodeFormat.UPCA, BarcodeFormat.UPCE, BarcodeFormat.Code128]


def pictures(directory):
    """Yields (file, what it says or None for nothing, its condition)."""
    manifest = os.path.join(directory, "manifest.jsonl")
    if os.path.exists(manifest):
        with open(manifest, encoding="utf-8") as lines:
            for line in lines:
                row = json.loads(line)
                yield os.path.join(directory, row["file"]), row["expected"], row["format"] + " " + row["condition"]
        return
    name = os.path.basename(os.path.normpath(directory))
    for file in sorted(glob.glob(os.path.join(directory, "*"))):
        stem, ending = os.path.splitext(file)
        if ending.lower() not in (".png", ".jpg", ".jpeg", ".webp", ".gif"):
            continue
        told = [stem + ".txt", stem + ".bin"]
        said = next((open(t, "rb").read().decode("utf-8", "replace") for t in told if os.path.exists(t)), None)
        yield file, said, name


def gray(file):
    with Image.open(file) as picture:
        gray = picture.convert("L")
    return memoryview(gray.tobytes()).cast("B", (gray.height, gray.width))


def normal(text, is_upc_e=False):
    """The thirteen digits of a UPC, which sets and readers write with and without the leading zero, and UPC-E in the
    eight that are printed or in the twelve that they shorten; sets differ in the last line's end as well."""
    text = text.strip("\r\n")
    if is_upc_e and len(text) == 8 and text.isdigit():
        system, six, check = text[0], text[1:7], text[7]
        long = {"0": six[:2] + "00000" + six[2:5], "1": six[:2] + "10000" + six[2:5], "2": six[:2] + "20000" + six[2:5],
                "3": six[:3] + "00000" + six[3:5], "4": six[:4] + "00000" + six[4]}
        text = system + long.get(six[5], six[:5] + "0000" + six[5]) + check
    return "0" + text if len(text) == 12 and text.isdigit() else text


class Ours:
    def __init__(self, reader):
        self.process = subprocess.Popen([reader], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def __call__(self, mode, picture):
        height, width = picture.shape
        self.process.stdin.write(b"%s %d %d\n" % (mode.encode(), width, height) + picture.tobytes())
        self.process.stdin.flush()
        micros, *codes = self.process.stdout.readline().split()
        return [self.text(code) for code in codes], int(micros) / 1e3

    @staticmethod
    def text(code):
        name, _, text = code.decode().split(":")
        return normal(bytes.fromhex(text).decode("utf-8", "replace"), name == "upc-e")


def theirs(mode, picture):
    start = time.thread_time()
    if mode == "live":
        one = zxingcpp.read_barcode(picture, formats=FORMATS, text_mode=zxingcpp.TextMode.Plain)
        found = [one] if one else []
    else:
        found = zxingcpp.read_barcodes(picture, formats=FORMATS, text_mode=zxingcpp.TextMode.Plain)
    millis = (time.thread_time() - start) * 1e3
    return [code.text for code in found], millis


class Tally:
    def __init__(self):
        self.right = self.wrong = 0
        self.millis = []

    def add(self, texts, millis, said):
        texts = [normal(text) for text in texts]
        self.right += said in texts
        self.wrong += sum(text != said for text in texts)
        self.millis.append(millis)

    def show(self):
        times = sorted(self.millis)
        return "%4d right %3d wrong %6.1f median %6.1f p95 %7.1f max %9.0f total" % (
            self.right, self.wrong, times[len(times) // 2], times[len(times) * 95 // 100], times[-1], sum(times))


def main():
    reader, mode, *directories = sys.argv[1:]
    verbose = os.environ.get("VERBOSE")
    ours = Ours(reader)
    tallies = collections.defaultdict(lambda: (Tally(), Tally()))
    first = True
    for directory in directories:
        for file, said, condition in pictures(directory):
            picture = gray(file)
            # Sets of UPC-E are named for it.
            said = said if said is None else normal(said, "upce" in condition)
            answers = {}
            # Whoever is first finds colder caches: take turns.
            first = not first
            for who in ((0, 1) if first else (1, 0)):
                answers[who] = ours(mode, picture) if who == 0 else theirs(mode, picture)
            for key in {condition: None, condition.split()[0] + " all" if " " in condition else condition: None}:
                for who in (0, 1):
                    tallies[key][who].add(*answers[who], said)
            if verbose:
                hits = ["+" if said in map(normal, answers[who][0]) else "-" if not answers[who][0] else "x" for who in (0, 1)]
                print("%s%s %6.1f %6.1f %s %r" % (*hits, answers[0][1], answers[1][1], os.path.basename(file), [normal(t) for t in answers[0][0] if normal(t) != said]))
    for key, (mine, other) in tallies.items():
        count = len(mine.millis)
        print("%-18s %4d | ours %s | zxing-cpp %s" % (key, count, mine.show(), other.show()))


if __name__ == "__main__":
    main()
