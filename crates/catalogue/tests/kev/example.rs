//! Catalogues that we write ourselves.

use serde_json::{Value, json};

/// An entry as the catalogue writes it.
pub(crate) fn entry(cve: &str, vendor: &str, product: &str, added: &str, description: &str) -> Value {
    json!({
        "cveID": cve, "vendorProject": vendor, "product": product, "vulnerabilityName": format!("{vendor} {product} Vulnerability"), "dateAdded": added,
        "shortDescription": description, "requiredAction": "Apply updates.", "dueDate": "2025-12-31", "knownRansomwareCampaignUse": "Unknown",
        "notes": "https://www.example.jp/advisory ; https://www.example.com/", "cwes": ["CWE-79"],
    })
}

/// A catalogue of entries, released at a time.
pub(crate) fn catalogue(released: &str, entries: &[Value]) -> Vec<u8> {
    let whole =
        json!({ "title": "Example", "catalogVersion": released.get(..10), "dateReleased": released, "count": entries.len(), "vulnerabilities": entries });
    serde_json::to_vec_pretty(&whole).expect("JSON")
}

/// An entry with a field changed, or taken away by null.
pub(crate) fn with(mut entry: Value, field: &str, value: Value) -> Value {
    if let Some(fields) = entry.as_object_mut() {
        if value.is_null() {
            fields.remove(field);
        } else {
            fields.insert(field.to_owned(), value);
        }
    }
    entry
}

/// Three entries of three services.
pub(crate) fn three() -> Vec<Value> {
    vec![
        entry("CVE-2024-0001", "Example", "Fire Server", "2024-01-02", "Example Fire Server contains a flaw in its SMB server."),
        entry("CVE-2024-0002", "Example", "Smoke", "2024-02-02", "Example Smoke listens at TCP port 5900 without a password."),
        entry("CVE-2023-0003", "Sample", "Beacon", "2023-03-03", "Sample Beacon has an open Telnet login."),
    ]
}
