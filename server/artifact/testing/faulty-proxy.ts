/** Stands before an S3 server and does what networks and services do: answers 503, cuts a request short, changes bytes. */
import http from "node:http";
import type { AddressInfo, Socket } from "node:net";

export interface FaultyProxy {
  readonly url: string;
  /** Requests that came, as "METHOD /path?query". */
  readonly seen: string[];
  /** Asked for each request: what is done to it. */
  fault: (request: http.IncomingMessage) => "none" | "unavailable" | "cut" | "lost-answer";
  close(): Promise<void>;
}

export async function startFaultyProxy(target: string): Promise<FaultyProxy> {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  const seen: string[] = [];
  const proxy: { fault: FaultyProxy["fault"] } = { fault: () => "none" };
  const server = http.createServer((request, response) => {
    seen.push(`${request.method} ${request.url}`);
    const fault = proxy.fault(request);
    if (fault === "unavailable") {
      request.resume();
      response.writeHead(503).end();
      return;
    }
    const onward = http.request({ hostname, port, method: request.method, path: request.url, headers: request.headers }, (answer) => {
      if (fault === "lost-answer") {
        answer.resume();
        answer.once("end", () => request.socket.destroy());
        return;
      }
      response.writeHead(answer.statusCode!, answer.headers);
      answer.pipe(response);
    });
    onward.on("error", () => request.socket.destroy());
    if (fault !== "cut") request.pipe(onward);
    else {
      request.once("data", (chunk: Buffer) => {
        onward.write(chunk.subarray(0, Math.floor(chunk.length / 2)), () => {
          onward.destroy();
          request.socket.destroy();
        });
      });
    }
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    get fault() {
      return proxy.fault;
    },
    set fault(fault) {
      proxy.fault = fault;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}
