import { describeExecutor } from "../testing/conformance";
import { createProcessExecutor } from "./process-executor";

describeExecutor("process executor", { create: createProcessExecutor, walls: false });
