/** The command line as it is, without a bundle: `node --import tsx run-worker.ts worker …`. */
import { main } from "../heddle";

void main(process.argv);
