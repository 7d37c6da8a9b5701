/// The style sheet of the pages that the server writes itself.
enum PageStyle {
    static let css = """
        :root { color-scheme: light dark; background: Canvas; color: CanvasText; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 78rem; margin: 0 auto; padding: 1rem; }
        a { overflow-wrap: anywhere; }
        .skip { position: absolute; left: -100rem; }
        .skip:focus { position: static; }
        :focus-visible { outline: 3px solid #2f80d0; outline-offset: 2px; }
        body > header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0 2rem; border-bottom: 1px solid #8885; }
        nav, nav ul { display: flex; flex-wrap: wrap; gap: 0.3rem 1.2rem; margin: 0; padding: 0; list-style: none; }
        nav { margin-block: 0.5rem; }
        [aria-current] { font-weight: 600; }
        body > footer { margin-top: 2rem; border-top: 1px solid #8885; font-size: 0.9rem; }
        .prose { max-width: 46rem; }
        .prose h3 { font-size: 1rem; margin: 1.5rem 0 0; }
        .prose dl { margin-block: 0.4rem; }
        .prose li { overflow-wrap: anywhere; }
        h1 { font-size: 1.5rem; line-height: 1.25; }
        h2 { font-size: 1.2rem; margin-top: 2rem; }
        dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: 0.3rem 1rem; }
        dt { color: color-mix(in srgb, currentColor 75%, transparent); }
        dd { margin: 0; overflow-wrap: anywhere; }
        .table { overflow-x: auto; }
        table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
        caption { text-align: start; padding-block: 0.3rem; }
        th, td { text-align: start; vertical-align: top; padding: 0.3rem 0.9rem 0.3rem 0; border-bottom: 1px solid #8885; }
        tbody th { font-weight: normal; min-width: 9rem; }
        .works tbody span { display: block; }
        .works time { white-space: nowrap; }
        .number { text-align: end; }
        td.number { white-space: nowrap; }
        tfoot { font-weight: 600; }
        .filter { display: flex; flex-wrap: wrap; gap: 0.5rem 1rem; align-items: end; padding: 0.6rem 0; border-bottom: 1px solid #8885; }
        .filter p { margin: 0; }
        .filter label { display: block; }
        input, select, button { font: inherit; padding: 0.3rem 0.5rem; max-width: 100%; box-sizing: border-box; }
        input[type=checkbox] { width: 1.1rem; height: 1.1rem; vertical-align: -0.15rem; }
        .beside { display: grid; grid-template-columns: minmax(0, 24rem) minmax(0, 1fr); gap: 0 2rem; align-items: start; }
        .beside figure { margin: 0.5rem 0; }
        .beside .table { grid-column: 2; grid-row: 1; font-size: 0.85rem; }
        .beside th, .beside td { padding-inline-end: 0.6rem; }
        .beside thead th { vertical-align: bottom; }
        .chart { display: block; width: 100%; max-width: 27.5rem; height: auto; }
        .chart text { font-size: 13px; }
        .legend { display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; padding: 0; list-style: none; }
        .legend li { display: flex; align-items: center; gap: 0.4rem; }
        .note, .data { font-size: 0.9rem; }
        .overdue, .missed { color: #c62828; font-weight: 600; }
        .due_soon { color: #8a5000; font-weight: 600; }
        .on_time, .met { color: #2e7d32; font-weight: 600; }
        @media (prefers-color-scheme: dark) {
          .overdue, .missed { color: #ff8a80; }
          .due_soon { color: #ffca66; }
          .on_time, .met { color: #81c784; }
        }
        @media (max-width: 60rem) { .beside { display: block; } }
        @media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.5rem; } }
        @media print {
          body { max-width: none; padding: 0; }
          header, footer, nav, .skip, .filter, .data { display: none !important; }
          .table { overflow: visible; }
          tr, figure, section h2 { break-inside: avoid; break-after: auto; }
          thead { display: table-header-group; }
          .chart { print-color-adjust: exact; }
          main a { color: inherit; text-decoration: none; }
        }

        """
}
