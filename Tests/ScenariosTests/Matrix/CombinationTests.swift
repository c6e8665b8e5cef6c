import Scenarios
import Testing

/// What `exclude` and `include` make of a matrix, held to GitHub Actions' documentation.
@Suite("The combinations of a matrix") struct CombinationTests {
    /// `fruit: apple, animal: cat` without the server.
    private func words(_ matrix: Matrix, servers: [String?] = ["s"]) -> [String] {
        matrix.combinations(servers: servers).map { combination in
            let values = combination.values.map { "\($0.name)=\($0.text)" }.joined(separator: " ")
            return servers == ["s"] ? values : "\(combination.server ?? "-") \(values)"
        }
    }

    private func entry(_ values: KeyValuePairs<String, String>, server: String? = nil) -> Matrix.Entry {
        Matrix.Entry(server: server, values.map { Matrix.Value($0.key, $0.value) })
    }

    /// The example of “Expanding or adding matrix configurations”, with its six combinations.
    @Test func `are those of the example in GitHub's documentation`() {
        let matrix = Matrix(
            axes: [Matrix.Axis("fruit", ["apple", "pear"]), Matrix.Axis("animal", ["cat", "dog"])],
            include: [
                entry(["color": "green"]), entry(["color": "pink", "animal": "cat"]), entry(["fruit": "apple", "shape": "circle"]),
                entry(["fruit": "banana"]), entry(["fruit": "banana", "animal": "cat"]),
            ])
        #expect(
            words(matrix) == [
                "fruit=apple animal=cat color=pink shape=circle", "fruit=apple animal=dog color=green shape=circle",
                "fruit=pear animal=cat color=pink", "fruit=pear animal=dog color=green", "fruit=banana", "fruit=banana animal=cat",
            ])
    }

    @Test func `leave out what an entry of exclude matches, in part or whole`() {
        let axes = [Matrix.Axis("os", ["a", "b"]), Matrix.Axis("v", ["1", "2", "3"])]
        #expect(words(Matrix(axes: axes, exclude: [entry(["os": "a", "v": "2"])])).count == 5)
        #expect(words(Matrix(axes: axes, exclude: [entry(["v": "2"])])).count == 4)
        #expect(words(Matrix(axes: axes, exclude: [entry(["os": "a"]), entry(["v": "2"])])) == ["os=b v=1", "os=b v=3"])
    }

    @Test func `have each server, and an entry may name one`() {
        let matrix = Matrix(
            axes: [Matrix.Axis("v", ["1", "2"])], exclude: [entry(["v": "2"], server: "b")],
            include: [entry(["want": "leak"], server: "a"), entry(["v": "9"], server: "b"), entry(["v": "8"])])
        #expect(
            words(matrix, servers: ["a", "b"]) == ["a v=1 want=leak", "a v=2 want=leak", "b v=1", "b v=9", "a v=8", "b v=8"])
    }

    @Test func `get back by include what exclude took`() {
        let matrix = Matrix(
            axes: [Matrix.Axis("v", ["1", "2"])], exclude: [entry(["v": "2"])], include: [entry(["v": "2", "only": "here"])])
        #expect(words(matrix) == ["v=1", "v=2 only=here"])
    }

    @Test func `are those that include lists when there is nothing else`() {
        let matrix = Matrix(axes: [], include: [entry(["v": "1"], server: "a"), entry(["v": "2"], server: "a"), entry([:], server: "b")])
        #expect(words(matrix, servers: ["a", "b"]) == ["a v=1", "a v=2", "b "])
    }

    @Test func `that are too many to count are told so`() {
        let axes = (0..<20).map { Matrix.Axis("n\($0)", (0..<10).map(String.init)) }
        #expect(Matrix(axes: axes).combinationsBeforeExclude(servers: 1) == nil)
        #expect(Matrix(axes: Array(axes.prefix(3))).combinationsBeforeExclude(servers: 2) == 2000)
    }
}
