/**
 * One press of a key as a word: "Mod+Shift+K", where Mod is Ctrl or Cmd, modifiers always in the order Mod, Alt, Shift.
 * Several presses after each other stand with spaces between them: "D D". Pure.
 */
export const isMac = typeof navigator !== "undefined" && /Mac|iPhone|iPad/.test(navigator.platform);

/** What a press is read from: a KeyboardEvent, or what a test makes of one. */
export interface Press {
  readonly key: string;
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** Signs as they stand on the key itself, whatever Shift or Alt make of them. */
const signs: Readonly<Record<string, string>> = {
  BracketLeft: "[",
  BracketRight: "]",
  Minus: "-",
  Equal: "=",
  Quote: "'",
  Backquote: "`",
  Slash: "/",
  Backslash: "\\",
  Period: ".",
  Comma: ",",
  Semicolon: ";",
  Space: "Space",
};

/** Undefined while only modifiers are held. */
export function strokeOf(press: Press): string | undefined {
  const { key, code, ctrlKey, metaKey, altKey, shiftKey } = press;
  if (key === "Control" || key === "Meta" || key === "Alt" || key === "Shift" || key === "Dead" || key === "Process") return undefined;
  const mod = ctrlKey || metaKey;
  let name: string;
  let withShift = shiftKey;
  if (/^[a-z]$/i.test(key)) name = key.toUpperCase();
  else if (mod || altKey) name = signs[code] ?? /^(?:Key|Digit)(\w)$/.exec(code)?.[1] ?? key;
  else {
    name = key === " " ? "Space" : key;
    // "?" is a key of its own, wherever it stands on the keyboard.
    if (key.length === 1 && key !== " ") withShift = false;
  }
  return `${mod ? "Mod+" : ""}${altKey ? "Alt+" : ""}${withShift ? "Shift+" : ""}${name}`;
}

const shown: Readonly<Record<string, string>> = {
  Mod: isMac ? "Cmd" : "Ctrl",
  Alt: isMac ? "Option" : "Alt",
  Escape: "Esc",
  ArrowUp: "↑",
  ArrowDown: "↓",
  ArrowLeft: "←",
  ArrowRight: "→",
};

/** "Mod+Shift+ArrowUp" → "Ctrl Shift ↑". */
export function strokeWords(stroke: string): string {
  return stroke
    .split(" ")
    .flatMap((one) => one.split(/\+(?=.)/))
    .map((part) => shown[part] ?? part)
    .join(" ");
}

const legacyCodes: Readonly<Record<string, number>> = {
  Enter: 13,
  Escape: 27,
  Space: 32,
  Tab: 9,
  ArrowLeft: 37,
  ArrowUp: 38,
  ArrowRight: 39,
  ArrowDown: 40,
  "/": 191,
  "[": 219,
  "]": 221,
  "\\": 220,
};

const withShift: Readonly<Record<string, string>> = { "[": "{", "]": "}", "/": "?", "-": "_", "'": '"', "\\": "|", ".": ">", ",": "<" };

/** The press that a word stands for, for whoever listens to presses alone. */
export function pressOf(stroke: string): KeyboardEvent {
  const parts = stroke.split(/\+(?=.)/);
  const name = parts.pop()!;
  const held = new Set(parts);
  const isLow = /^[A-Z]$/.test(name) && !held.has("Shift");
  const key = name === "Space" ? " " : isLow ? name.toLowerCase() : held.has("Shift") ? (withShift[name] ?? name) : name;
  const mod = held.has("Mod");
  const ctrlKey = mod && (!isMac || name === "Space");
  const functionKey = /^F(\d+)$/.exec(name)?.[1];
  const keyCode = legacyCodes[name] ?? (functionKey ? 111 + Number(functionKey) : name.charCodeAt(0));
  return new KeyboardEvent("keydown", {
    key,
    keyCode,
    ctrlKey,
    metaKey: mod && !ctrlKey,
    altKey: held.has("Alt"),
    shiftKey: held.has("Shift"),
    bubbles: false,
    cancelable: true,
  });
}
