interface Head {
  text: string;
  /** For readers that speak alone. */
  isHidden?: boolean;
  isRight?: boolean;
}

/** The heads of a table's columns. */
export function HeadRow({ heads }: { heads: Head[] }) {
  return (
    <thead>
      <tr>
        {heads.map(({ text, isHidden, isRight }) => (
          <th scope="col" className={isRight ? "r" : undefined} key={text}>
            {isHidden ? <span className="hide">{text}</span> : text}
          </th>
        ))}
      </tr>
    </thead>
  );
}
