"use client";
/** When it fires: a cron expression, an interval or a rule, and the zone whose clock counts. */
import { Button } from "../../_ui/button";
import { Checkbox, Field, Input, Select } from "../../_ui/field";
import { TabPanel, Tabs } from "../../_ui/tabs";
import { Combobox, type Choice } from "./combobox";
import { cronPresets, fromPreset, timeOfDay, withSeconds, withTimeOfDay } from "./cron-presets";
import styles from "./form.module.css";
import { units, type DraftFaults, type ScheduleDraft } from "./schedule-draft";

const zones: readonly Choice[] = ["UTC", ...Intl.supportedValuesOf("timeZone").filter((zone) => zone !== "UTC")].map((zone) => ({
  value: zone,
  label: zone,
}));

export function TimingFields({
  draft,
  onChange,
  faults,
  timingFault,
}: {
  readonly draft: ScheduleDraft;
  readonly onChange: (change: Partial<ScheduleDraft>) => void;
  readonly faults: DraftFaults;
  /** What the server says of the timing. */
  readonly timingFault: string | undefined;
}) {
  const { expression, seconds } = draft;
  const time = timeOfDay(expression, seconds);
  return (
    <div className={styles.group}>
      <Tabs<ScheduleDraft["kind"]>
        label="Kind of timing"
        value={draft.kind}
        onChange={(kind) => onChange({ kind })}
        items={[
          { value: "cron", label: "Cron" },
          { value: "interval", label: "Interval" },
          { value: "rule", label: "Rule" },
        ]}
      >
        <TabPanel value="cron" className={styles.panel} tabIndex={-1}>
          <Field
            label="Cron expression"
            hint={
              seconds ? "second minute hour day month weekday" : "minute hour day month weekday; L is the last day, FRI#L the last Friday"
            }
            fault={timingFault}
            aside={
              <span className={styles.aside}>
                <Checkbox
                  checked={seconds}
                  onChange={(event) =>
                    onChange({ seconds: event.target.checked, expression: withSeconds(expression, event.target.checked) })
                  }
                >
                  Allow seconds
                </Checkbox>
              </span>
            }
          >
            {(control) => (
              <Input
                {...control}
                className={styles.mono}
                value={expression}
                onChange={(event) => onChange({ expression: event.target.value })}
                autoComplete="off"
                spellCheck={false}
                maxLength={200}
              />
            )}
          </Field>
          <div className={styles.presets} role="group" aria-label="Often wanted">
            {cronPresets.map((preset) => (
              <Button key={preset.word} small onClick={() => onChange({ expression: fromPreset(preset, seconds, time ?? "06:00") })}>
                {preset.word}
              </Button>
            ))}
            {time !== undefined && (
              <label className={styles.time}>
                at
                <Input
                  type="time"
                  value={time}
                  onChange={(event) =>
                    event.target.value !== "" && onChange({ expression: withTimeOfDay(expression, seconds, event.target.value) })
                  }
                />
              </label>
            )}
          </div>
        </TabPanel>
        <TabPanel value="interval" className={styles.panel} tabIndex={-1}>
          <div className={styles.columns}>
            <Field label="Every" fault={faults.count}>
              {(control) => (
                <div className={styles.pair}>
                  <Input
                    {...control}
                    inputMode="numeric"
                    value={draft.count}
                    onChange={(event) => onChange({ count: event.target.value })}
                  />
                  <Select aria-label="Unit" value={draft.unit} onChange={(event) => onChange({ unit: Number(event.target.value) })}>
                    {units.map(({ seconds, word }) => (
                      <option key={seconds} value={seconds}>
                        {word}
                      </option>
                    ))}
                  </Select>
                </div>
              )}
            </Field>
            <FromField draft={draft} onChange={onChange} fault={faults.from} />
          </div>
          {timingFault !== undefined && <FaultLine text={timingFault} />}
          <p className={styles.word}>Counts elapsed time: when clocks are put forward or back, the time of day shifts.</p>
        </TabPanel>
        <TabPanel value="rule" className={styles.panel} tabIndex={-1}>
          <Field
            label="Recurrence rule"
            hint="iCalendar (RFC 5545), as FREQ=WEEKLY;BYDAY=MO,TH or FREQ=MONTHLY;BYDAY=-1FR. The time of day is that of the start."
            fault={timingFault}
          >
            {(control) => (
              <Input
                {...control}
                className={styles.mono}
                value={draft.rule}
                onChange={(event) => onChange({ rule: event.target.value })}
                autoComplete="off"
                spellCheck={false}
                maxLength={500}
              />
            )}
          </Field>
          <FromField draft={draft} onChange={onChange} fault={faults.from} />
        </TabPanel>
      </Tabs>
      <Field label="Time zone" hint="Its clock decides, daylight saving included." fault={faults.timeZone}>
        {(control) => <Combobox {...control} choices={zones} value={draft.timeZone} onChange={(timeZone) => onChange({ timeZone })} />}
      </Field>
    </div>
  );
}

function FromField({
  draft,
  onChange,
  fault,
}: {
  readonly draft: ScheduleDraft;
  readonly onChange: (change: Partial<ScheduleDraft>) => void;
  readonly fault: string | undefined;
}) {
  return (
    <Field label="From" fault={fault}>
      {(control) => (
        <Input
          {...control}
          type="datetime-local"
          step={1}
          value={draft.from}
          onChange={(event) => onChange({ from: event.target.value })}
        />
      )}
    </Field>
  );
}

function FaultLine({ text }: { readonly text: string }) {
  return (
    <p className={styles.fault} role="alert">
      {text}
    </p>
  );
}
