"use client";
/** What belongs to the person (password, signed-in browsers, API tokens) and what the workspace stores. */
import { PageBar } from "../../_frame/page-bar";
import { useSession } from "../../_frame/use-session";
import { BrowsersSection } from "./browsers-section";
import { PasswordSection } from "./password-section";
import { StorageSection } from "./storage-section";
import styles from "./settings.module.css";
import { TokensSection } from "./tokens-section";

export function SettingsPage() {
  const session = useSession().data;
  return (
    <>
      <PageBar title="Settings" />
      <div className={styles.page}>
        <PasswordSection email={session?.user.email} hasPassword={session?.user.hasPassword ?? true} />
        <TokensSection />
        <BrowsersSection />
        <StorageSection />
        <section className={styles.section}>
          <h2>About</h2>
          <p className={styles.quiet}>
            Heddle {session?.version}.{" "}
            {session?.executor.kind === "docker" ? "Tasks run in containers." : session ? "Tasks run as processes of this machine." : ""}
          </p>
        </section>
      </div>
    </>
  );
}
