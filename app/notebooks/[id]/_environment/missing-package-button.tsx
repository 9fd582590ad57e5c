"use client";
import { PackagePlus } from "lucide-react";
import { missingPackageOf } from "@/pipelines/compile/check-packages";
import { Button } from "../../../_ui/button";
import { useToast } from "../../../_ui/toast";
import { usePackagesContext } from "./packages-context";
import styles from "./packages-tab.module.css";
import { useChangePackages } from "./use-change-packages";

/** Below a diagnostic of an import that is not there: adds the package. Nothing for other diagnostics. */
export function MissingPackageButton({ message }: { readonly message: string }) {
  const name = missingPackageOf(message);
  return name === undefined ? null : <AddOne name={name} />;
}

function AddOne({ name }: { readonly name: string }) {
  const { show } = usePackagesContext();
  const { add, adding } = useChangePackages();
  const toast = useToast();
  return (
    <span className={styles.fix}>
      <Button
        small
        disabled={adding !== undefined}
        onClick={async () => {
          const fault = await add(name);
          if (fault !== undefined) toast({ text: fault, failed: true });
          show();
        }}
      >
        <PackagePlus size={14} /> {adding === undefined ? `Add package ${name}` : `Looking for ${name}…`}
      </Button>
    </span>
  );
}
