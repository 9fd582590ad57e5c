/** Sends a file of this machine into the workspace's data folder. */
export interface UploadFailure {
  readonly type: "exists" | "failed";
  readonly message: string;
}

/** Resolves to undefined when it is there. `onProgress` is told the share that was sent. */
export function uploadFile(
  file: File,
  options: { readonly overwrite: boolean; readonly onProgress: (share: number) => void },
): Promise<UploadFailure | undefined> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", `/api/data/${encodeURIComponent(file.name)}${options.overwrite ? "?overwrite=1" : ""}`);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = ({ loaded, total }) => options.onProgress(total > 0 ? loaded / total : 0);
    request.onerror = () => resolve({ type: "failed", message: "Heddle does not answer." });
    request.onload = () => {
      if (request.status === 200) resolve(undefined);
      else
        resolve({
          type: request.status === 409 ? "exists" : "failed",
          message: request.responseText.trim() || `The server answered ${request.status}.`,
        });
    };
    request.send(file);
  });
}
