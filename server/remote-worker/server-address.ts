/** Where the server is: over https, or on this machine, or wherever somebody insists. */
import { isLoopbackName } from "../env";

export type ServerAddress = { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly message: string };

export function readServerAddress(text: string, allowHttp: boolean): ServerAddress {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "https:" && url.protocol !== "http:"))
    return { ok: false, message: `"${text}" is no address of a server, such as https://heddle.example.org.` };
  if (url.protocol === "http:" && !isLoopbackName(url.hostname) && !allowHttp) {
    return {
      ok: false,
      message: `${url.origin} is not encrypted: the token, programs and values could be read on the way. Use https, or --allow-http in a network that you trust.`,
    };
  }
  return { ok: true, url: new URL(url.origin) };
}
