/** A thin bar. Drawn as SVG, because the page's content security policy allows no style attributes. */
export function Bar({ share }: { readonly share: number }) {
  const percent = Math.round(Math.min(1, Math.max(0.02, share)) * 100);
  return (
    <svg class="bar" width="100%" height="3" aria-hidden="true" focusable="false">
      <rect class="bar-track" width="100%" height="3" rx="1.5" />
      <rect class="bar-fill" width={`${percent}%`} height="3" rx="1.5" />
    </svg>
  );
}
