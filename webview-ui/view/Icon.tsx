/** A codicon. It is never read out: the control that holds it has a name. */
export function Icon(props: { readonly name: string; readonly spin?: boolean; readonly kind?: string }) {
  const spin = props.spin === true ? ' codicon-modifier-spin' : '';
  const kind = props.kind === undefined ? '' : ` kind-${props.kind}`;
  return <span class={`codicon codicon-${props.name}${spin}${kind}`} aria-hidden="true" />;
}

/** A button that is only an icon; its name is its tooltip too. */
export function IconButton(props: {
  readonly icon: string;
  readonly label: string;
  readonly onClick: () => void;
  readonly pressed?: boolean;
  readonly expanded?: boolean;
  readonly tabIndex?: number;
  readonly class?: string;
}) {
  return (
    <button
      type="button"
      class={`icon-button ${props.class ?? ''}`}
      title={props.label}
      aria-label={props.label}
      aria-pressed={props.pressed}
      aria-expanded={props.expanded}
      tabIndex={props.tabIndex}
      onClick={(event) => {
        event.stopPropagation();
        props.onClick();
      }}
    >
      <Icon name={props.icon} />
    </button>
  );
}
