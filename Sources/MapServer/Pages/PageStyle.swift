/// The style sheet of the pages that the server writes itself.
enum PageStyle {
    static let css = """
        :root { color-scheme: light dark; background: Canvas; color: CanvasText; font: 16px/1.5 system-ui, sans-serif; }
        body { max-width: 60rem; margin: 0 auto; padding: 1rem; }
        nav { display: flex; flex-wrap: wrap; gap: 1rem; margin-block: 0.5rem; }
        h1 { font-size: 1.5rem; line-height: 1.25; }
        h2 { font-size: 1.2rem; margin-top: 2rem; }
        dl { display: grid; grid-template-columns: minmax(9rem, max-content) 1fr; gap: 0.3rem 1rem; }
        dt { color: color-mix(in srgb, currentColor 65%, transparent); }
        dd { margin: 0; overflow-wrap: anywhere; }
        table { border-collapse: collapse; width: 100%; }
        th, td { text-align: start; vertical-align: top; padding: 0.3rem 0.6rem 0.3rem 0; border-bottom: 1px solid #8885; }
        .overdue, .missed { color: #c62828; font-weight: 600; }
        .due_soon { color: #8a5000; font-weight: 600; }
        .on_time, .met { color: #2e7d32; font-weight: 600; }
        @media (prefers-color-scheme: dark) {
          .overdue, .missed { color: #ff8a80; }
          .due_soon { color: #ffca66; }
          .on_time, .met { color: #81c784; }
        }
        @media (max-width: 40rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.5rem; } }

        """
}
