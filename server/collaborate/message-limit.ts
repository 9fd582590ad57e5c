/** How much one socket may say: far more than anybody types, far less than would keep others waiting. */
const windowMs = 10_000;
const mostMessages = 3_000;
const mostBytes = 64 * 1024 * 1024;

export class MessageLimit {
  private since = 0;
  private messages = 0;
  private bytes = 0;

  allows(bytes: number, now = performance.now()): boolean {
    if (now - this.since > windowMs) {
      this.since = now;
      this.messages = 0;
      this.bytes = 0;
    }
    this.messages += 1;
    this.bytes += bytes;
    return this.messages <= mostMessages && this.bytes <= mostBytes;
  }
}
