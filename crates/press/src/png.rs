use crate::{Press, bounded};
use noroshi_kernel::reason::Reason;
use resvg::{
    tiny_skia::{Pixmap, Transform},
    usvg::{ImageHrefResolver, Options, Tree},
};

impl Press {
    /// Paints an SVG, `scale` times as large as it says it is. No file that it names is looked at.
    ///
    /// # Errors
    /// A [`Reason`] when there is no font for Japanese, when the picture is larger than its limit, or when it is none.
    pub fn png(&self, svg: &str, scale: u8) -> Result<Vec<u8>, Reason> {
        self.lettered()?;
        bounded(["図", "the picture"], svg.len(), self.limits.source_bytes)?;
        let options = Options {
            fontdb: self.fonts.pictures(),
            font_family: "Noto Sans CJK JP".into(),
            image_href_resolver: ImageHrefResolver { resolve_data: Box::new(|_, _, _| None), resolve_string: Box::new(|_, _| None) },
            ..Options::default()
        };
        let tree = Tree::from_str(svg, &options).map_err(|error| failed(&error.to_string()))?;
        let scale = f32::from(scale.max(1));
        let size = tree.size().to_int_size().scale_by(scale).ok_or_else(|| failed("it has no size"))?;
        let longest = usize::try_from(size.width().max(size.height())).unwrap_or(usize::MAX);
        bounded(["図の一辺", "a side of the picture in pixels"], longest, usize::try_from(self.limits.side_px).unwrap_or(usize::MAX))?;
        let mut paper = Pixmap::new(size.width(), size.height()).ok_or_else(|| failed("it has no size"))?;
        resvg::render(&tree, Transform::from_scale(scale, scale), &mut paper.as_mut());
        paper.encode_png().map_err(|error| failed(&error.to_string()))
    }
}

fn failed(why: &str) -> Reason {
    Reason::new("press-picture", format!("図を PNG にできませんでした: {why}"), format!("the picture could not be made a PNG: {why}"))
}
