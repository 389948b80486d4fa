// Runs Firefox and the screen reader Orca in a desktop session, simulates key presses, and records what
// Orca says.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, firefox, type Browser, type Page } from "@playwright/test";
import { firstLine, startDisplay } from "../display.ts";
import { FIREFOX } from "../tests/firefox.ts";

const run = promisify(execFile);

/** The name of Orca's log file, which is in the session's home folder. */
const LOG = "speech.log";

/** How long Orca has to be quiet before it is considered to have finished, in milliseconds. */
const QUIET = 1500;

/** What was done, and what Orca said until it fell quiet. */
export interface Said {
  action: string;
  speech: string[];
}

export class Orca {
  readonly transcript: Said[] = [];
  /** How many lines of the log have been read. */
  private read = 0;

  private constructor(
    readonly page: Page,
    private readonly browser: Browser,
    private readonly env: NodeJS.ProcessEnv,
    private readonly home: string,
    private readonly processes: ChildProcess[],
  ) {}

  /** Starts the session. Returns `undefined` if Orca says nothing, for example without a D-Bus session. */
  static async start(): Promise<Orca | undefined> {
    const home = mkdtempSync(join(tmpdir(), "volume-transfer-orca-"));
    // Orca runs this file when it starts. It makes Orca flush its log after every line, because
    // buffered lines would arrive late.
    mkdirSync(join(home, ".local/share/orca"), { recursive: true });
    writeFileSync(
      join(home, ".local/share/orca/orca-customizations.py"),
      "import orca.debug\norca.debug.debugFile.reconfigure(line_buffering=True)\n",
    );
    // Without a sound card, a synthesizer can block Orca. This one runs a program that does nothing.
    const dispatcher = join(home, ".config/speech-dispatcher");
    mkdirSync(join(dispatcher, "modules"), { recursive: true });
    writeFileSync(join(dispatcher, "speechd.conf"), 'AddModule "silent" "sd_generic" "silent.conf"\nDefaultModule silent\n');
    writeFileSync(join(dispatcher, "modules/silent.conf"), 'GenericExecuteSynth "true"\nAddVoice "en" "MALE1" "silent"\n');
    const { server, display } = await startDisplay();
    const env: NodeJS.ProcessEnv = { ...process.env, HOME: home, DISPLAY: display, GNOME_ACCESSIBILITY: "1", LC_ALL: "C.UTF-8", XDG_DATA_HOME: "" };
    const processes = [server];
    const start = (program: string, ...options: string[]) => {
      const child = spawn(program, options, { env, stdio: ["ignore", "pipe", "ignore"] });
      processes.push(child);
      return firstLine(child);
    };
    env.DBUS_SESSION_BUS_ADDRESS = await start("dbus-daemon", "--session", "--nofork", "--print-address");
    // A window manager, because only an active window receives key presses.
    void start("openbox");
    void start("orca", "--replace", "--debug-file", join(home, LOG));
    const browser = await firefox.launch({
      ...FIREFOX,
      headless: false,
      args: [],
      env: env as Record<string, string>,
    });
    const page = await (await browser.newContext({ viewport: null })).newPage();
    const orca = new Orca(page, browser, env, home, processes);
    for (const start = Date.now(); Date.now() < start + 30_000; ) {
      if (orca.speech().includes("Screen reader on.")) return orca;
      await new Promise((done) => setTimeout(done, 250));
    }
    await orca.stop();
    return undefined;
  }

  async stop(): Promise<void> {
    await this.browser.close();
    for (const process of this.processes.toReversed()) process.kill();
    // A desktop portal may have mounted a file system there, which is unmounted a moment later.
    await expect(() => rmSync(this.home, { recursive: true, force: true })).toPass({ timeout: 30_000 });
  }

  /** Opens a page. */
  async open(url: string, ...expected: string[]): Promise<void> {
    await this.record("The page opens", () => this.page.goto(url), expected);
    // Clicks the page to focus it, because the address bar may still have the focus.
    await run("xdotool", ["mousemove", "10", "900", "click", "1"], { env: this.env });
    await this.press("ctrl+Home");
  }

  /** Presses a key, and waits until Orca has said the expected words. */
  press(key: string, ...expected: string[]): Promise<void> {
    return this.record(`Key \`${key}\``, () => run("xdotool", ["key", key], { env: this.env }), expected);
  }

  type(text: string, ...expected: string[]): Promise<void> {
    return this.record(`Typing \`${text}\``, () => run("xdotool", ["type", "--delay", "80", text], { env: this.env }), expected);
  }

  /** Returns the mode that Orca announced last. */
  mode(): string | undefined {
    return this.transcript.flatMap(({ speech }) => speech).findLast((text) => /^(Focus|Browse) mode$/.test(text));
  }

  private async record(action: string, act: () => Promise<unknown>, expected: string[]): Promise<void> {
    this.speech();
    await act();
    const speech: string[] = [];
    const heard = () => {
      speech.push(...this.speech());
      return speech.join(" ");
    };
    for (const words of expected) await expect.poll(heard, { message: action }).toContain(words);
    for (let quiet = 0; quiet < QUIET; quiet += 250) {
      const before = speech.length;
      await new Promise((done) => setTimeout(done, 250));
      heard();
      if (speech.length > before) quiet = 0;
    }
    this.transcript.push({ action, speech });
  }

  /** Returns what Orca has said since the last call. */
  private speech(): string[] {
    let text = "";
    try {
      text = readFileSync(join(this.home, LOG), "utf8");
    } catch {
      // Orca hasn't written anything yet.
    }
    const lines = text.split("\n").slice(0, -1);
    const said = lines.slice(this.read).flatMap((line) => /SPEECH OUTPUT: '(.*?)'(\{.*)?$/.exec(line)?.[1]?.trim() || []);
    this.read = lines.length;
    // Orca echoes the name of each key that is pressed.
    return said.filter((text) => !/^(tab|space|return|\w)$/i.test(text));
  }
}
