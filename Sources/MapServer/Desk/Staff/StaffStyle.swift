/// The style sheet of the desk, beside that of all pages.
enum StaffStyle {
    static let address = "/staff/staff.css"

    static let css = """
        body { max-width: 78rem; }
        .skip { position: absolute; left: -100rem; }
        .skip:focus { position: static; }
        :focus-visible { outline: 3px solid #1769d2; outline-offset: 2px; }
        .bar { justify-content: space-between; align-items: center; border-bottom: 1px solid #8885; padding-bottom: 0.5rem; }
        .bar > * { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; margin: 0; }
        .tabs a { padding: 0.4rem 0.9rem; border: 1px solid #8888; border-radius: 0.4rem; text-decoration: none; }
        .tabs a[aria-current] { background: CanvasText; color: Canvas; font-weight: 600; }
        .table { overflow-x: auto; }
        th { white-space: nowrap; }
        td time { white-space: nowrap; }
        tbody tr:hover { background: #8881; }
        .columns { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: 2rem; align-items: start; }
        .columns > section > h2:first-child, .columns > div > h2:first-child { margin-top: 0; }
        .map { position: relative; display: grid; grid-template-columns: 1fr 1fr; max-width: 32rem; background: #8882; }
        .map span { position: relative; aspect-ratio: 1; }
        .map img, .map svg { position: absolute; inset: 0; width: 100%; height: 100%; }
        .decision { border: 1px solid #8888; border-radius: 0.4rem; margin: 0 0 0.6rem; }
        .decision > summary { cursor: pointer; padding: 0.5rem 0.8rem; font-weight: 600; }
        .decision > form { padding: 0 0.8rem 0.8rem; }
        form p { margin: 0 0 0.6rem; }
        label { display: block; }
        input:not([type=hidden]), select, button { font: inherit; padding: 0.35rem 0.6rem; max-width: 100%; box-sizing: border-box; }
        .decision input, .decision select, .login input { width: 100%; }
        button { border: 1px solid #888; border-radius: 0.4rem; background: ButtonFace; color: ButtonText; cursor: pointer; }
        .primary { background: #1357ad; border-color: #1357ad; color: #fff; font-weight: 600; }
        .search { display: flex; flex-wrap: wrap; gap: 0.6rem; align-items: end; margin-block: 1rem; }
        .notice { padding: 0.6rem 0.9rem; border-inline-start: 4px solid #2e7d32; background: #2e7d3218; }
        .alert { padding: 0.6rem 0.9rem; border-inline-start: 4px solid #c62828; background: #c6282818; }
        .same { font-weight: 600; }
        .login { max-width: 32rem; margin: 3rem auto; }
        @media (max-width: 56rem) { .columns { grid-template-columns: minmax(0, 1fr); } }

        """
}
