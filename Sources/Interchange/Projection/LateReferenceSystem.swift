/// A file says only behind its features in which coordinate system they are, so that it has to be read again.
struct LateReferenceSystem: Error {
    var name: String
}

/// GDAL cannot move a feature to WGS 84, and would give up the whole file for it.
struct OutsideProjection: Error {
    var fault: any Error
}
