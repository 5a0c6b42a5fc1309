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

/** Runs every test; returns a line for each. */
export function run(core, given) {
  const { gray, width, height, sealed, keys, olderKeys, root } = given;
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
      gray.forEach((level, at) => colours.fill(level, 4 * at, 4 * at + 3));
      for (const pixels of [gray, colours]) {
        const [found] = core.photo(pixels, width, height, 5000);
        equal([found.text, found.symbology, found.format, found.corners.length], [sealed, "]d2", "data-matrix", 4]);
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
    "hostile texts are answered"() {
      for (const text of ["", "\u0000", "]d2", "01".repeat(5000), "\ud800", "(01)", "\u001d".repeat(100)]) {
        core.parse(text);
        core.judgeOffline(text, "xx", NOON);
      }
      equal(refused(() => core.judgeOffline("", "kk", "yesterday")), "not-an-instant");
    },
  };
  return Object.entries(tests).map(([name, test]) => {
    try {
      test();
      return `ok ${name}`;
    } catch (error) {
      return `FAILED ${name}: ${error.message ?? error}`;
    }
  });
}
