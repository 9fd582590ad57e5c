"use client";
/** One package: version, size, licence, who uses it; another version, or none. */
import { useQuery } from "@tanstack/react-query";
import { Trash2 } from "lucide-react";
import { useState } from "react";
import type { PackageUse } from "@/pipelines/environment/find-imports";
import { useTRPC } from "../../../_trpc/client";
import type { EnvironmentView } from "../../../_trpc/outputs";
import { Button, IconButton } from "../../../_ui/button";
import { Select } from "../../../_ui/field";
import { formatBytes } from "../../../_ui/format-number";
import { useEditor } from "../editor-context";
import styles from "./packages-tab.module.css";
import type { useChangePackages } from "./use-change-packages";

export function PackageRow({
  name,
  range,
  kind,
  uses,
  facts,
  looking,
  change,
}: {
  readonly name: string;
  /** What the notebook asks for. */
  readonly range?: string;
  readonly kind: "own" | "missing" | "base";
  readonly uses: readonly PackageUse[];
  readonly facts: EnvironmentView["packages"][number] | undefined;
  /** Newer versions are asked for. */
  readonly looking: boolean;
  readonly change: ReturnType<typeof useChangePackages>;
}) {
  const editor = useEditor();
  const trpc = useTRPC();
  const [choosing, setChoosing] = useState(false);
  const [fault, setFault] = useState<string>();
  const answer = useQuery(
    trpc.environment.versions.queryOptions({ name }, { enabled: kind === "own" && (choosing || looking), staleTime: 300_000, retry: 0 }),
  );
  const found = answer.data?.ok ? answer.data : undefined;
  const refused = answer.data && !answer.data.ok ? answer.data.message : answer.error?.message;
  const isNewer = looking && found?.latest !== undefined && facts !== undefined && found.latest !== facts.version;
  const words = [
    facts && facts.bytes > 0 ? formatBytes(facts.bytes) : undefined,
    facts?.licence,
    facts && !facts.typed ? "without types" : undefined,
  ].filter((word) => word !== undefined);
  return (
    <li className={styles.row}>
      <span className={styles.name}>
        <strong title={facts?.description}>{name}</strong>
        {kind === "base" && <span className={styles.version}>{facts?.version}</span>}
        {kind === "missing" && <span className={styles.missing}>Missing</span>}
        {kind === "own" && facts && <span className={styles.version}>{facts.version}</span>}
        {kind === "own" && !facts && <span className={styles.pending}>not installed yet</span>}
      </span>
      <span className={styles.actions}>
        {kind === "missing" && (
          <Button small disabled={change.adding !== undefined} onClick={async () => setFault(await change.add(name))}>
            {change.adding === name ? "Looking…" : "Add package"}
          </Button>
        )}
        {kind === "own" && (
          <>
            <Select
              className={styles.select}
              aria-label={`Version of ${name}`}
              value={range}
              onFocus={() => setChoosing(true)}
              onPointerDown={() => setChoosing(true)}
              onChange={(event) => change.set(name, event.target.value)}
            >
              <option value={range}>{range}</option>
              {found?.latest !== undefined && `^${found.latest}` !== range && (
                <option value={`^${found.latest}`}>^{found.latest} (newest)</option>
              )}
              {found?.versions
                .filter((version) => version !== range)
                .map((version) => (
                  <option key={version} value={version}>
                    {version}
                  </option>
                ))}
              {choosing && !found && (
                <option disabled>{refused === undefined ? "Asking for versions…" : "The registry does not answer"}</option>
              )}
            </Select>
            <IconButton small label={`Remove ${name}`} onClick={() => change.set(name, undefined)}>
              <Trash2 size={14} />
            </IconButton>
          </>
        )}
      </span>
      <span className={styles.about}>
        {words.length > 0 && <span>{words.join(" · ")}</span>}
        {uses.length > 0 ? (
          <span>
            in{" "}
            {uses.map((use, index) => (
              <span key={use.cell}>
                {index > 0 && ", "}
                <button type="button" onClick={() => editor.jump(use.cell, use.line, 1)}>
                  {use.cellKey}
                </button>
              </span>
            ))}
          </span>
        ) : (
          kind === "own" && <span className={styles.unused}>Unused: no cell imports it</span>
        )}
        {isNewer && (
          <button type="button" onClick={() => change.set(name, `^${found.latest}`)}>
            Update to {found.latest}
          </button>
        )}
      </span>
      {(fault ?? (choosing || looking ? refused : undefined)) !== undefined && (
        <span className={styles.fault} role="alert">
          {fault ?? refused}
        </span>
      )}
    </li>
  );
}
