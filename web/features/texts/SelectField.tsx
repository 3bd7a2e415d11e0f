interface Properties {
  name: string;
  label: string;
  value: string | undefined;
  options: { value: string; text: string }[];
}

/** A labelled choice of a form that needs no script. */
export function SelectField({ name, label, value = "", options }: Properties) {
  return (
    <div className="field">
      <label htmlFor={name}>{label}</label>
      <select id={name} name={name} defaultValue={value}>
        {options.map((option) => (
          <option key={option.value} value={option.value}>
            {option.text}
          </option>
        ))}
      </select>
    </div>
  );
}
