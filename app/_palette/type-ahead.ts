/**
 * What was asked for by a key is downloaded first, and people type on: their letters must neither be lost nor mean something
 * else meanwhile. Whoever asks begins it; whoever then takes letters takes these first.
 */
const longestMs = 4000;
let collected: string | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;

function hear(event: KeyboardEvent): void {
  if (collected === undefined || event.isComposing) return;
  if (event.key === "Escape") return void takeTyped();
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Backspace") collected = collected.slice(0, -1);
  else if (event.key.length === 1) collected += event.key;
  event.preventDefault();
  event.stopImmediatePropagation();
}

/** Keys mean nothing else meanwhile. */
export function isTypingAhead(): boolean {
  return collected !== undefined;
}

export function beginTyping(): void {
  if (collected === undefined) addEventListener("keydown", hear, true);
  collected = "";
  clearTimeout(timer);
  timer = setTimeout(takeTyped, longestMs);
}

export function takeTyped(): string {
  const typed = collected ?? "";
  collected = undefined;
  clearTimeout(timer);
  removeEventListener("keydown", hear, true);
  return typed;
}
