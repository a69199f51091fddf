import type { Reason } from '../../src/protocol/search.ts';
import { whyLines } from '../model/why.ts';
import { Bar } from './Bar.tsx';

/** The reasons for a hit's place, each with its size. */
export function Why({ reasons }: { readonly reasons: readonly Reason[] }) {
  if (reasons.length === 0) return <p class="why none">No reasons were given for this result.</p>;
  return (
    <table class="why" aria-label="Why this result">
      <tbody>
        {whyLines(reasons).map((line) => (
          <tr key={`${line.signal} ${line.detail}`} class={line.effect}>
            <td class="size">{line.size}</td>
            <td class="weight">{line.weight > 0 && <Bar share={line.weight} />}</td>
            <td class="detail" title={line.signal}>
              {withCode(line.detail || line.signal)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** Text between backticks is code. */
function withCode(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? <code key={part}>{part}</code> : part));
}
