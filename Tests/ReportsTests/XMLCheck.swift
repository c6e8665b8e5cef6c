import Foundation
import FoundationXML

/// The names of the elements of a well-formed document, in order; `nil` for one that is not.
func elements(of xml: String) -> [String]? {
    final class Names: NSObject, XMLParserDelegate {
        var names: [String] = []

        func parser(
            _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?, attributes: [String: String]
        ) {
            names.append(name)
        }
    }
    let names = Names()
    let parser = XMLParser(data: Data(xml.utf8))
    parser.delegate = names
    return parser.parse() ? names.names : nil
}
