/** A growing buffer with the few primitives of the tree encoding (tree.ts). */
export class TreeWriter {
  private buffer = Buffer.allocUnsafe(256);
  private at = 0;

  byte(value: number): void {
    if (this.at + 1 > this.buffer.length) this.grow(1);
    this.buffer[this.at++] = value;
  }

  /** Unsigned, up to 2^53. */
  varint(value: number): void {
    if (this.at + 10 > this.buffer.length) this.grow(10);
    while (value >= 128) {
      this.buffer[this.at++] = (value % 128) | 128;
      value = Math.floor(value / 128);
    }
    this.buffer[this.at++] = value;
  }

  float(value: number): void {
    if (this.at + 8 > this.buffer.length) this.grow(8);
    // All NaNs are one value to JavaScript, so they must be one to the hash.
    if (value !== value) this.at = this.buffer.writeUInt32LE(0x7ff80000, this.buffer.writeUInt32LE(0, this.at));
    else this.at = this.buffer.writeDoubleLE(value, this.at);
  }

  /** UTF-8 behind its length; the text must be well formed. */
  text(value: string): void {
    const most = value.length * 3;
    if (this.at + most + 5 > this.buffer.length) this.grow(most + 5);
    if (value.length < 42) {
      // At most 126 bytes: the length fits in one byte, so it can be filled in afterwards.
      const bytes = this.buffer.write(value, this.at + 1);
      this.buffer[this.at] = bytes;
      this.at += 1 + bytes;
      return;
    }
    this.varint(Buffer.byteLength(value));
    if (this.at + most > this.buffer.length) this.grow(most);
    this.at += this.buffer.write(value, this.at);
  }

  bytes(value: Uint8Array): void {
    this.varint(value.length);
    if (this.at + value.length > this.buffer.length) this.grow(value.length);
    this.buffer.set(value, this.at);
    this.at += value.length;
  }

  get length(): number {
    return this.at;
  }

  done(): Buffer {
    return this.buffer.subarray(0, this.at);
  }

  private grow(by: number): void {
    const next = Buffer.allocUnsafe(Math.max(this.buffer.length * 2, this.at + by));
    this.buffer.copy(next, 0, 0, this.at);
    this.buffer = next;
  }
}
