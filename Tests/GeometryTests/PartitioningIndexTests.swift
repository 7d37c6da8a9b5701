import Geometry
import Testing

@Suite("Searching what is partitioned")
struct PartitioningIndexTests {
    @Test(
        "The first element of the second part is found, in collections and their slices of any size", arguments: 0...33)
    func first(size: Int) {
        let numbers = (0..<size).map { $0 / 2 }
        for bound in -1...size {
            #expect(numbers.partitioningIndex { $0 > bound } == numbers.firstIndex { $0 > bound } ?? size)
            let slice = numbers.dropFirst(3).dropLast(2)
            #expect(slice.partitioningIndex { $0 > bound } == slice.firstIndex { $0 > bound } ?? slice.endIndex)
        }
    }
}
