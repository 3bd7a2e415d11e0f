import type { Mood, Reflection, ReflectionTag } from "@/api/core";
import type { ReflectionShared } from "./WriteReflection";

const MAX_LETTERS = 10_000;

interface Properties {
  /** Tells the fields of one form from those of another on the page. */
  id: string;
  shared: ReflectionShared;
  reflection?: Reflection;
}

/** Text, mood and tags of a reflection. */
export function ReflectionFields({ id, shared, reflection }: Properties) {
  const { texts, moods, noMood } = shared;
  return (
    <>
      <div className="field">
        <label htmlFor={`${id}-text`}>{texts.question}</label>
        <p className="hint" id={`${id}-hint`}>
          {texts.hint}
        </p>
        <textarea
          id={`${id}-text`}
          name="text"
          rows={6}
          maxLength={MAX_LETTERS}
          required
          defaultValue={reflection?.text}
          aria-describedby={`${id}-hint`}
        />
      </div>
      <div className="field">
        <label htmlFor={`${id}-mood`}>{texts.mood}</label>
        <select id={`${id}-mood`} name="mood" defaultValue={reflection?.mood ?? ""}>
          <option value="">{noMood}</option>
          {moods.map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
        </select>
      </div>
      <TagsField shared={shared} chosen={reflection?.tags ?? []} />
    </>
  );
}

function TagsField({ shared, chosen }: { shared: ReflectionShared; chosen: ReflectionTag[] }) {
  const { texts, tags } = shared;
  return (
    <details>
      <summary>{texts.tags}</summary>
      <fieldset>
        <legend className="hide">{texts.tags}</legend>
        {tags.map(({ value, name }) => (
          <label className="choice bare" key={value}>
            <input
              type="checkbox"
              name="tags"
              value={value}
              defaultChecked={chosen.includes(value)}
            />
            <span>{name}</span>
          </label>
        ))}
      </fieldset>
    </details>
  );
}

export interface Written {
  text: string;
  mood: Mood | null;
  tags: ReflectionTag[];
}

export function writtenIn(fields: FormData): Written {
  return {
    text: fields.get("text") as string,
    mood: (fields.get("mood") || null) as Mood | null,
    tags: fields.getAll("tags") as ReflectionTag[],
  };
}
