// Java's PKIX validation, revocation on, of the cases on standard input (verifiers.sh says how).
import java.io.*;
import java.nio.file.*;
import java.security.cert.*;
import java.util.*;

public class Pkix {
    static final Map<String, String> USAGE = Map.of("server", "1.3.6.1.5.5.7.3.1", "client",
            "1.3.6.1.5.5.7.3.2", "code", "1.3.6.1.5.5.7.3.3", "stamp", "1.3.6.1.5.5.7.3.8");
    static CertificateFactory x509;

    static InputStream open(String path) throws IOException {
        return new ByteArrayInputStream(Files.readAllBytes(Path.of(path)));
    }

    static void validate(String kind, String anchors, String chain, String lists) throws Exception {
        Set<TrustAnchor> trusted = new HashSet<>();
        for (var anchor : x509.generateCertificates(open(anchors)))
            trusted.add(new TrustAnchor((X509Certificate) anchor, null));
        var parameters = new PKIXParameters(trusted);
        parameters.setRevocationEnabled(!lists.equals("-"));
        if (!lists.equals("-")) {
            var all = new ArrayList<CRL>();
            for (String directory : lists.split(" "))
                all.addAll(x509.generateCRLs(open(directory + "/all.pem")));
            parameters.addCertStore(
                    CertStore.getInstance("Collection", new CollectionCertStoreParameters(all)));
        }
        if (USAGE.containsKey(kind)) {
            var target = new X509CertSelector();
            target.setExtendedKeyUsage(Set.of(USAGE.get(kind)));
            parameters.setTargetCertConstraints(target);
        }
        var path = x509.generateCertPath(new ArrayList<>(x509.generateCertificates(open(chain))));
        CertPathValidator.getInstance("PKIX").validate(path, parameters);
    }

    public static void main(String[] arguments) throws Exception {
        x509 = CertificateFactory.getInstance("X.509");
        var input = new BufferedReader(new InputStreamReader(System.in));
        for (String line; (line = input.readLine()) != null;) {
            String[] field = line.split("\t");
            String answer = "accepts\t";
            try {
                validate(field[1], field[2], field[3], field[4]);
            } catch (CertPathValidatorException refusal) {
                answer = "refuses\t" + refusal.getMessage();
            }
            System.out.println(field[0] + "\t" + answer);
        }
    }
}
