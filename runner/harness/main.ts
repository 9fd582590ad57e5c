/** Starts a harness: listens on its socket, joins the server's frames to harness.ts. */
import { randomUUID } from "node:crypto";
import { chmodSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { FrameReader } from "@/pipelines/protocol/frame";
import type { ServerMessage } from "@/pipelines/protocol/messages";
import { Harness } from "./harness";
import type { HarnessSettings } from "@/pipelines/protocol/harness-settings";

const settings = JSON.parse(process.argv[2]!) as HarnessSettings;

// Containers keep no log: what ends the harness is left where the server can read it.
process.on("uncaughtException", (error) => {
  writeFileSync(join(dirname(settings.socket), "fatal.log"), `${error.stack ?? error.message}\n`);
  process.exit(70);
});

const harness = new Harness(settings, randomUUID(), () => {
  rmSync(settings.socket, { force: true });
  process.exit(0);
});

const server = createServer((socket) => {
  const reader = new FrameReader();
  let queued: Uint8Array[] = [];
  let flushing = false;
  let later: NodeJS.Timeout | undefined;
  const flush = () => {
    flushing = false;
    if (queued.length === 0) return;
    const bytes = queued.length === 1 ? queued[0]! : Buffer.concat(queued);
    queued = [];
    if (!socket.destroyed) socket.write(bytes);
  };
  // Words of one turn of the event loop leave in one write; those that can wait go with the next, or after 2 ms.
  const send = (frame: Uint8Array, canWait = false) => {
    queued.push(frame);
    if (canWait) {
      later ??= setTimeout(() => {
        later = undefined;
        flush();
      }, 2);
    } else if (!flushing) {
      flushing = true;
      queueMicrotask(flush);
    }
  };
  harness.connect(send);
  socket.on("data", (chunk) => {
    let frames;
    try {
      frames = reader.push(chunk);
    } catch {
      socket.destroy();
      return;
    }
    for (const { header } of frames) harness.handle(header as ServerMessage);
  });
  socket.on("error", () => undefined);
  socket.on("close", () => harness.disconnect(send));
});

rmSync(settings.socket, { force: true });
server.listen(settings.socket, () => chmodSync(settings.socket, 0o660));

process.on("SIGTERM", () => harness.handle({ type: "shutdown" }));
