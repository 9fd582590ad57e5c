/** Whether a container engine answers, and if not, why, in words for people. */
import Docker from "dockerode";

export async function findEngine(): Promise<
  { readonly ok: true; readonly version: string } | { readonly ok: false; readonly why: string }
> {
  try {
    const docker = new Docker({ timeout: 3000 });
    const { Version, Os } = await docker.version();
    if (Os !== "linux") return { ok: false, why: `Docker runs ${Os} containers here; Heddle needs Linux ones` };
    // The image is made from this machine's own Node.
    if (process.platform !== "linux")
      return { ok: false, why: `on ${process.platform} this machine's Node cannot run in a Linux container` };
    return { ok: true, version: Version };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ECONNREFUSED") return { ok: false, why: "no Docker engine is running" };
    if (code === "EACCES") return { ok: false, why: "this user may not use Docker (is it in the group docker?)" };
    return { ok: false, why: `Docker does not answer (${message})` };
  }
}
