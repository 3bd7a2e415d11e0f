import type {
  InputHTMLAttributes,
  ReactNode,
  SelectHTMLAttributes,
  TextareaHTMLAttributes,
} from "react";

interface Labelled {
  /** Of the input; other on each place of a page. */
  id: string;
  name: string;
  label: string;
  hint?: string;
}

function described(id: string, hint: string | undefined) {
  return hint ? { "aria-describedby": `${id}-hint` } : {};
}

function Labels({ id, label, hint, children }: Omit<Labelled, "name"> & { children: ReactNode }) {
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      {hint && (
        <p className="hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
      {children}
    </div>
  );
}

export function TextField({
  label,
  hint,
  ...input
}: Labelled & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <Labels id={input.id} label={label} {...(hint ? { hint } : {})}>
      <input {...described(input.id, hint)} {...input} />
    </Labels>
  );
}

export function AreaField({
  label,
  hint,
  ...area
}: Labelled & TextareaHTMLAttributes<HTMLTextAreaElement>) {
  return (
    <Labels id={area.id} label={label} {...(hint ? { hint } : {})}>
      <textarea {...described(area.id, hint)} {...area} />
    </Labels>
  );
}

type SelectProperties = Labelled &
  SelectHTMLAttributes<HTMLSelectElement> & { options: { value: string; label: string }[] };

export function SelectField({ label, hint, options, ...select }: SelectProperties) {
  return (
    <Labels id={select.id} label={label} {...(hint ? { hint } : {})}>
      <select {...described(select.id, hint)} {...select}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.label}
          </option>
        ))}
      </select>
    </Labels>
  );
}

/** One of several that can be chosen, as checkbox or radio. */
export function Choice({
  label,
  hint,
  type = "checkbox",
  ...input
}: { label: ReactNode; hint?: string } & InputHTMLAttributes<HTMLInputElement>) {
  return (
    <label className="choice">
      <input type={type} {...input} />
      <span>
        {label}
        {hint && <span className="hint label">{hint}</span>}
      </span>
    </label>
  );
}
