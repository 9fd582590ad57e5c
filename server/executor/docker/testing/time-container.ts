/** What benches are measured against: a bare container that starts Node and ends, walled in as those of cells are. */
import Docker from "dockerode";
import { ensureImage } from "../image";

/** Milliseconds from the call to create it to its end. */
export async function timeContainer(runner: string): Promise<number> {
  const docker = new Docker();
  const image = await ensureImage(docker, runner);
  const began = performance.now();
  const container = await docker.createContainer({
    Image: image,
    Entrypoint: [],
    Cmd: ["node", "-e", "0"],
    HostConfig: {
      Init: true,
      NetworkMode: "none",
      ReadonlyRootfs: true,
      CapDrop: ["ALL"],
      SecurityOpt: ["no-new-privileges"],
      LogConfig: { Type: "none", Config: {} },
    },
  });
  try {
    await container.start();
    await container.wait();
    return performance.now() - began;
  } finally {
    await container.remove({ force: true });
  }
}
