// The phone core in a browser or in node: each function is a test. `given` holds what the project's own tests made.

const NOON = "2026-11-20T12:00:00Z";

function equal(found, wanted) {
  const [a, b] = [JSON.stringify(found), JSON.stringify(wanted)];
  if (a !== b) throw new Error(`${a}, wanted ${b}`);
}

function refused(act) {
  try {
    act();
  } catch (error) {
    return error.message;
  }
  throw new Error("nothing was refused");
}

const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");

const scan = (number) => ({
  id: `0193e0b2-5f1c-4c3a-9d55-${String(number).padStart(12, "0")}`,
  code: "4870001234560",
  taken_at: NOON,
  consent: "coarse",
  place: { latitude: 51.128234, longitude: 71.430678, accuracy_metres: 12 },
  verdict: "sold",
  source: "camera",
});

const after = (seconds) => new Date(Date.parse(NOON) + 1000 * seconds).toISOString();

/** The error that a promise ended with. */
async function rejected(promise) {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("nothing was refused");
}

/** What a page that is closed and opened again finds: entries that outlive the storage over them. */
export class Remembered {
  entries = new Map();

  async open() {
    const entries = this.entries;
    const [records, photos] = ["outbox-", "photo-"].map((prefix) => [...entries.keys()].filter((key) => key.startsWith(prefix)));
    return {
      load: async () => ({ records: records.map((key) => ({ key, bytes: entries.get(key) })), photos }),
      apply: async ({ put, remove }) => {
        await new Promise((later) => setTimeout(later));
        for (const { key, bytes } of put) entries.set(key, bytes);
        for (const key of remove) entries.delete(key);
      },
      photo: async (key) => entries.get(key),
      close: async () => {},
    };
  }

  async size() {
    return this.entries.size;
  }
}

/** Runs every test; resolves to a line for each. */
export async function run(core, given) {
  const { gray, width, height, sealed, keys, olderKeys, root, shelf } = given;
  const tests = {
    "a text is told by what it names"() {
      const scanned = core.parse("(01)04870001234560(21)3ABCDEFGHJKLM");
      equal([scanned.kind, scanned.gtin, scanned.sscc], ["unit", "04870001234560", null]);
      equal(core.parse("4870001234561").fault, { slug: "wrong-check-digit", at: 12 });
    },
    "without a root nothing vouches for a seal"() {
      equal(core.judgeOffline(sealed, "kk", NOON).verdict, "unknown-offline");
      equal(refused(() => core.setKeyList(keys, NOON)), "no-root");
      equal(core.keyListAge(NOON), undefined);
    },
    "a list of keys is taken, kept and never rolled back"() {
      core.setRoot(hex(root));
      equal(core.keyListIsDue(NOON), true);
      equal(core.setKeyList(keys, NOON), "new");
      equal(core.setKeyList(keys, NOON), "confirmed");
      equal(refused(() => core.setKeyList(olderKeys, NOON)), "rollback");
      equal(refused(() => core.setKeyList(new Uint8Array(3), NOON)), "malformed");
      const kept = core.saveKeyList();
      core.setRoot(hex(root));
      core.restoreKeyList(kept);
      const age = core.keyListAge("2026-11-20T13:00:00Z");
      equal([age.version, age.seconds, age.trusted], [2, 3600, true]);
    },
    "a verdict is given offline in Kazakh"() {
      core.learnProduct('{"verdict":"sold","product":{"gtin":"04870001234560","trade_names":{"kk":"Етік"}}}', NOON);
      const card = core.judgeOffline(`]d2${sealed}`, "kk", NOON);
      equal([card.verdict, card.colour, card.offline], ["issued", "neutral", true]);
      equal(card.title, "Код берілген, қалғаны желі арқылы тексеріледі");
      equal(card.facts[0].value, "Етік");
      equal(core.judgeOffline(sealed, "kk", "2026-11-22T12:00:00Z").verdict, "unknown-offline");
      equal(core.judgeOffline(sealed.replace("3ABC", "3ABD"), "ru", NOON).verdict, "forged-seal");
    },
    "an answer of the register becomes a card"() {
      const answer = '{"verdict":"recalled","reasons":[{"slug":"recalled","date":"2026-11-20","cause":"X1"}]}';
      equal(core.card(answer, "ru").title, "Товар отозван");
      equal(core.card(answer, "en").reasons, ["Recalled on 20 November 2026. Reason: X1"]);
      equal(refused(() => core.card("<html>", "ru")), "not-an-answer");
    },
    "a photo is read, as gray and as colours"() {
      const colours = new Uint8Array(gray.length * 4);
      gray.forEach((level, at) => colours.set([level, level, level, 255], 4 * at));
      for (const pixels of [gray, colours]) {
        const [found] = core.photo(pixels, width, height, 5000);
        equal([found.text, found.symbology, found.format, found.corners.length], [sealed, "]d2", "data-matrix", 4]);
        equal(found.scanned, `]d2${sealed}`);
      }
      equal(refused(() => core.photo(gray, width, height + 1, 50)), "not-a-picture");
    },
    "frames are read within their budget"() {
      // The label in the middle of what a camera sees.
      const frame = new Uint8Array(1280 * 720).fill(225);
      for (let y = 0; y < height; y += 1) {
        frame.set(gray.subarray(y * width, (y + 1) * width), (y + 200) * 1280 + 480);
      }
      const live = new core.Live();
      let found = [];
      for (let turn = 0; turn < 20 && found.length === 0; turn += 1) {
        found = live.frame(frame, 1280, 720, 100).found;
      }
      equal(found[0]?.text, sealed);
      equal(live.frame(new Uint8Array(640 * 480), 640, 480, 15).hint, "too-dark");
      live.free();
    },
    "dates and numbers are written as people write them"() {
      equal(core.formatDate("kk", "2026-11-20"), "2026 ж. 20 қараша");
      equal(core.formatInstant("en", "2026-11-20T09:05:00Z"), "20 November 2026, 14:05");
      equal(core.formatNumber("ru", 1234567.5), "1\u00a0234\u00a0567,5");
      equal(core.formatRelative("ru", "2026-11-20T11:38:00Z", NOON), "22 минуты назад");
      equal(core.message("en", "reason-expired-on", '{"date":{"date":"2026-11-20"}}'), "The shelf life ended on 20 November 2026.");
      equal(core.message("kk", "no-such-words", "{}"), "no-such-words");
    },
    async "an outbox survives a restart, in its order"() {
      const storage = await shelf.open();
      const outbox = await core.Outbox.open(storage);
      const report = { id: scan(9).id, taken_at: NOON, fields: [["category", "expired"]] };
      // One after another, although nobody waited.
      await Promise.all([outbox.keepScan(scan(1)), outbox.keepScan(scan(2)), outbox.keepReport(report, [gray])]);
      await outbox.keepScan(scan(1));
      await storage.close();

      const opened = await shelf.open();
      const again = await core.Outbox.open(opened);
      equal(again.waiting().map(({ id, isReport }) => [id, isReport]), [[scan(1).id, false], [scan(2).id, false], [report.id, true]]);
      const scans = await again.next(NOON);
      const { items } = JSON.parse(scans.body);
      equal([scans.kind, scans.ids, items[0].place.latitude, items[0].source], ["scans", [scan(1).id, scan(2).id], 51.125, "camera"]);
      const sent = await again.next(NOON);
      equal([sent.kind, sent.fields, sent.photos.length], ["report", [["id", report.id], ["category", "expired"]], 1]);
      equal((await opened.photo(sent.photos[0])).length, gray.length);
      equal(await again.next(NOON), undefined);
      await again.settle(scans.number, 503, 60, NOON);
      await again.settle(sent.number, 201, undefined, NOON);
      equal(await again.next(after(59)), undefined);
      equal(Date.parse(again.dueAt(NOON)) >= Date.parse(after(60)), true);
      const second = await again.next(after(70));
      equal(JSON.parse(second.body).items, items);
      await again.settle(second.number, 201, undefined, after(70));
      equal([again.waiting(), again.dueAt(NOON), again.damaged()], [[], undefined, 0]);
      await opened.close();
      equal(await shelf.size(), 0);
    },
    async "what is not kept is told, and changes nothing"() {
      const storage = await shelf.open();
      const outbox = await core.Outbox.open(storage);
      const broken = { load: () => storage.load(), apply: () => Promise.reject(new Error("no room")) };
      const full = await core.Outbox.open(broken);
      const error = await rejected(full.keepScan(scan(1)));
      equal([error.message, error.cause.message, full.waiting()], ["storage", "no room", []]);
      equal((await rejected(outbox.keepScan({ ...scan(1), id: "1" }))).message, "unfit-id");
      equal((await rejected(outbox.keepScan({ ...scan(1), taken_at: "1970-01-01T00:00:00Z" }))).message, "unfit-time");
      equal((await rejected(outbox.keepScan({ ...scan(1), verdict: "unknown-offline" }))).message, "unfit-verdict");
      equal((await rejected(outbox.keepScan({}))).message, "malformed");
      const empty = { id: scan(1).id, taken_at: NOON, fields: [] };
      equal((await rejected(outbox.keepReport(empty, [new Uint8Array(0)]))).message, "unfit-photos");
      equal((await rejected(outbox.next("yesterday"))).message, "not-an-instant");
      await outbox.keepScan(scan(1));
      const parcel = await outbox.next(NOON);
      await outbox.settle(parcel.number, 422, undefined, NOON);
      equal(outbox.waiting().map(({ refused, attempts }) => [refused, attempts]), [[true, 1]]);
      await outbox.discard(scan(1).id.toUpperCase());
      equal(outbox.waiting(), []);
      await storage.close();
    },
    "hostile texts are answered"() {
      for (const text of ["", "\u0000", "]d2", "01".repeat(5000), "\ud800", "(01)", "\u001d".repeat(100)]) {
        core.parse(text);
        core.judgeOffline(text, "xx", NOON);
      }
      equal(refused(() => core.judgeOffline("", "kk", "yesterday")), "not-an-instant");
    },
  };
  const lines = [];
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      lines.push(`ok ${name}`);
    } catch (error) {
      lines.push(`FAILED ${name}: ${error.message ?? error}`);
    }
  }
  return lines;
}
