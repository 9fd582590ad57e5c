"use client";
/**
 * What stands around every page: the rail (rail.tsx) and the notices (notices.tsx). Pages draw their own top bar with
 * PageBar. The sign-in page stands alone.
 */
import { usePathname } from "next/navigation";
import type { ReactNode } from "react";
import { PaletteHost } from "../_palette/palette-host";
import styles from "./frame.module.css";
import { Notices } from "./notices";
import { Rail } from "./rail";
import { useSession } from "./use-session";

export function Frame({ children }: { readonly children: ReactNode }) {
  const path = usePathname();
  if (path.startsWith("/sign-in")) return children;
  return <Signed>{children}</Signed>;
}

function Signed({ children }: { readonly children: ReactNode }) {
  useSession();
  return (
    <div className={styles.frame}>
      <a href="#main" className={styles.skip}>
        Skip to the page
      </a>
      <Rail />
      <main id="main" className={styles.main} tabIndex={-1}>
        <Notices />
        {children}
      </main>
      <PaletteHost />
    </div>
  );
}
